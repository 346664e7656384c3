/**
 * Approved exceptions: what a person asked for, others answered for, and everybody's Kerb heeds until it ends. They reach a
 * device as a signed document, `exceptions.json`.
 */
import * as z from 'zod';
import type { Severity } from '../model.ts';
import { once } from '../once.ts';
import { compileMatch } from './match.ts';

/** Who approved. Where one is enough, the signature under the document that the exception came in is theirs. */
export interface Approval {
  readonly who: string;
  readonly role: string;
  readonly keyid: string;
  readonly at: string;
  /** Where several have to approve: this person's own over the exception, base64; see `approvalText`. */
  readonly signature?: string | undefined;
}

/** Which policies, and optionally in which form: an exception can lapse when the policy changes. */
export interface PolicyReference {
  /** A policy's id, `<domain>/*` or `*`. */
  readonly id: string;
  /** Numbers of the organisation's bundle, both inclusive; `to` is null for all that follow. */
  readonly revisions?: { readonly from: number; readonly to: number | null } | undefined;
  /** `policyDigest` of the policy that was looked at. */
  readonly digest?: string | undefined;
}

/** Where an exception holds. An empty list leaves its dimension open; what is not known matches no list. */
interface ExceptionScope {
  /** `github.com/acme/shop`, `github.com/acme/*`. */
  readonly repositories: readonly string[];
  /** Globs, relative to the repository's root. */
  readonly paths: readonly string[];
  /** As findings show them: `Deployment/web`, `Deployment/*`. */
  readonly resources: readonly string[];
  readonly environments: readonly string[];
  /** `commit`, `push`, `editor` … */
  readonly gates: readonly string[];
  /** E-mail addresses, as git knows who acts. */
  readonly actors: readonly string[];
  /** CEL over `finding` and `context` that has to be true; null without one. */
  readonly match: string | null;
}

export type ExceptionCategory = 'waiver' | 'mitigated' | 'falsePositive' | 'riskAccepted';
export const exceptionCategories = ['waiver', 'mitigated', 'falsePositive', 'riskAccepted'] as const;

/** One approved exception. Instants are ISO 8601 in UTC, to the millisecond. */
export interface ApprovedException {
  readonly id: string;
  readonly policies: readonly PolicyReference[];
  readonly scope: ExceptionScope;
  /** Of findings; empty where it covers whatever is in its scope. */
  readonly fingerprints: readonly string[];
  readonly category: ExceptionCategory;
  /** For machines: a justification code, such as OpenVEX has. */
  readonly justification: string | null;
  /** For people: why. */
  readonly statement: string;
  readonly compensatingControls: readonly string[];
  readonly ticket: string | null;
  readonly requestedBy: string;
  readonly approvals: readonly Approval[];
  /** It holds from `notBefore` on, and at `expiresAt` no more. */
  readonly notBefore: string;
  readonly expiresAt: string;
  /** How many decisions of one device may rest on it; null without a limit. */
  readonly maxUses: number | null;
  /** From then on it holds no more. */
  readonly revokedAt: string | null;
  /** What the approvers looked at: evidence, and no condition. */
  readonly baseCommit: string | null;
}

/** What an organisation allows of exceptions. */
export interface ExceptionTerms {
  /** The longest that an exception of such a finding lasts. */
  readonly longestDays: Readonly<Record<Severity, number>>;
  /** Policy ids, `<domain>/*` and `*` that no exception covers, whoever approved it. */
  readonly never: readonly string[];
  /** How many people have to approve, where it is more than one. */
  readonly approvals?: {
    readonly severities: Readonly<Partial<Record<Severity, number>>>;
    /** By policy ids, `<domain>/*` and `*`. */
    readonly policies: Readonly<Record<string, number>>;
  };
}

/** The most people who have to approve an exception, and who can be named in one. */
export const maxApprovals = 32;

/** What holds where no organisation says otherwise. */
export const defaultExceptionTerms: ExceptionTerms = {
  longestDays: { critical: 30, high: 90, medium: 180, low: 365, info: 365 },
  never: [],
};

/** What was read. A problem names the exception that it keeps from governing. */
export interface ExceptionsReading {
  readonly exceptions: readonly ApprovedException[];
  readonly problems: readonly string[];
}

const maxCharacters = 16_000_000;
const maxExceptions = 10_000;

const name = z.lazy(() => z.string().min(1).max(500));
const names = z.lazy(() => z.array(name).max(1_000).default([]));
/** ISO 8601 in UTC to the millisecond, so that texts sort as instants do. */
export const instant = z.lazy(() => z.iso.datetime({ precision: 3 }));
/** A policy's id, `<domain>/*` or `*`. */
export const policyName = z.lazy(() =>
  z
    .string()
    .max(200)
    .regex(/^(?:\*|[a-z0-9-]+(?:\/[a-z0-9-]+)*\/(?:\*|[a-z0-9-]+))$/),
);
export const findingFingerprint = z.lazy(() => z.string().regex(/^[0-9a-f]{32}$/));

const policyReference = () =>
  z.union([
    policyName.transform((id): PolicyReference => ({ id })),
    z.strictObject({
      id: policyName,
      revisions: z.strictObject({ from: z.int().min(0), to: z.int().min(0).nullable() }).optional(),
      digest: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/)
        .optional(),
    }),
  ]);

const condition = () =>
  z
    .string()
    .trim()
    .min(1)
    .max(20_000)
    .refine((source) => compileMatch(source).program !== null, 'is no CEL over `finding` and `context`');
const nowhereNamed = {
  repositories: [],
  paths: [],
  resources: [],
  environments: [],
  gates: [],
  actors: [],
  match: null,
};

/** Strict: a condition that this version does not know must not widen an exception by being passed over. */
const approvedException = once(() =>
  z.strictObject({
    id: name,
    policies: z.array(policyReference()).min(1).max(100),
    scope: z
      .strictObject({
        repositories: names,
        paths: z.array(z.string().min(1).max(1_000)).max(1_000).default([]),
        resources: names,
        environments: names,
        gates: names,
        actors: names,
        match: condition().nullable().default(null),
      })
      .default(nowhereNamed),
    fingerprints: z.array(findingFingerprint).max(10_000).default([]),
    category: z.enum(exceptionCategories),
    justification: name.nullable().default(null),
    statement: z.string().trim().min(1).max(2_000),
    compensatingControls: z.array(z.string().min(1).max(1_000)).max(50).default([]),
    ticket: name.nullable().default(null),
    requestedBy: name,
    approvals: z
      .array(
        z.strictObject({
          ...{ who: name, role: name, keyid: name, at: instant },
          signature: z.base64().max(200).optional(),
        }),
      )
      .min(1)
      .max(maxApprovals),
    notBefore: instant,
    expiresAt: instant,
    maxUses: z.int().min(1).nullable().default(null),
    revokedAt: instant.nullable().default(null),
    baseCommit: z
      .string()
      .regex(/^[0-9a-f]{40,64}$/)
      .nullable()
      .default(null),
  }),
);

const exceptionsDocument = once(() =>
  z.strictObject({
    version: z.literal(1),
    exceptions: z.array(z.unknown()).max(maxExceptions),
  }),
);

/**
 * Reads `exceptions.json`. Never throws: an exception that cannot be understood in full does not govern and a problem says
 * so, since a finding too many is better than one too few.
 */
export function readExceptions(text: string): ExceptionsReading {
  const document = documentOf(text);
  if (typeof document === 'string') return { exceptions: [], problems: [document] };
  const exceptions = new Map<string, ApprovedException>();
  const problems: string[] = [];
  for (const [index, value] of document.entries()) {
    const read = approvedException().safeParse(value);
    if (!read.success) problems.push(`exception ${nameOf(value, index)} does not govern: ${firstOf(read.error)}`);
    else if (exceptions.has(read.data.id)) problems.push(`exception ${read.data.id} is there twice: the first governs`);
    else exceptions.set(read.data.id, read.data);
  }
  return { exceptions: [...exceptions.values()], problems };
}

/** The text of `exceptions.json`: what `readExceptions` reads. */
export function formatExceptions(exceptions: readonly ApprovedException[]): string {
  return `${JSON.stringify({ version: 1, exceptions }, null, 1)}\n`;
}

function documentOf(text: string): readonly unknown[] | string {
  if (text.length > maxCharacters) return `the exceptions are longer than ${maxCharacters} characters: none governs`;
  try {
    const read = exceptionsDocument().safeParse(JSON.parse(text));
    return read.success
      ? read.data.exceptions
      : `the exceptions cannot be read, and none governs: ${firstOf(read.error)}`;
  } catch {
    return 'the exceptions are no JSON: none governs';
  }
}

function firstOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue === undefined ? 'it has another form' : `${issue.path.join('.') || 'its form'}: ${issue.message}`;
}

function nameOf(value: unknown, index: number): string {
  const named = z.object({ id: name }).safeParse(value);
  return named.success ? named.data.id : `number ${index + 1}`;
}
