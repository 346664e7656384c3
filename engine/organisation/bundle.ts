/** A bundle: what one version of an organisation's policies is, as one deterministic JSON text. */
import * as z from 'zod';
import { readJson } from '../json.ts';
import { once } from '../once.ts';

/** Texts as their authors wrote them; what they mean is read by whoever uses them. */
export interface Bundle {
  /** Grows with every publication, and never goes back. */
  readonly version: number;
  /** `organisation.yaml`. */
  readonly organisation: string;
  /** Policies and their pages by path: `kubernetes/privileged.yaml`, `kubernetes/privileged.md`. */
  readonly policies: Readonly<Record<string, string>>;
}

const maxFiles = 5_000;
const maxCharacters = 1_000_000;
const policyPath = /^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)+\.(?:yaml|md)$/;

const bundleSchema = once(() =>
  z.strictObject({
    schema: z.literal(1),
    version: z.int().min(1),
    organisation: z.string().max(maxCharacters),
    policies: z
      .record(z.string().max(300).regex(policyPath), z.string().max(maxCharacters))
      .refine((files) => Object.keys(files).length <= maxFiles, `a bundle has at most ${maxFiles} files`),
  }),
);

/** The text of a bundle: the same for the same content, whoever makes it. Throws where the content is no bundle. */
export function formatBundle({ version, organisation, policies }: Bundle): string {
  const sorted = Object.entries(policies).sort(([a], [b]) => (a < b ? -1 : 1));
  const document = { schema: 1, version, organisation, policies: Object.fromEntries(sorted) };
  return `${JSON.stringify(bundleSchema().parse(document))}\n`;
}

/** Reads a bundle; a string says what is wrong with it. Never throws. */
export function readBundle(text: string): Bundle | string {
  const parsed = parseJson(text, bundleSchema());
  if (typeof parsed === 'string') return parsed;
  const { version, organisation, policies } = parsed;
  return { version, organisation, policies };
}

/** JSON that fits a schema, or what is wrong with it. Documents of a later `schema` ask for a newer Kerb. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T | string {
  const value = readJson(text);
  if (value === undefined) return 'it is no JSON';
  if (
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    typeof value.schema === 'number' &&
    value.schema > 1
  )
    return `it has the form ${value.schema}, and this Kerb reads form 1: update Kerb`;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'not as expected'}`;
}
