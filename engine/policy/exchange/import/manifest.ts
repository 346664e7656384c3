/** The documents of a YAML file, with the place of everything in them. */
import type * as z from 'zod';
import { createLines, locate, type Position, readDocument } from '../../../document/index.ts';
import { type Native, type Path, type SourceFile, type Span, Unknown, type Value } from '../../../model.ts';
import { explainIssue } from '../../issue.ts';
import { scalarSpan } from '../../scalar.ts';
import { Refusal } from './refusal.ts';

/** One document. */
export interface Manifest {
  readonly value: Readonly<Record<string, unknown>>;
  /** Where a template fills in what nobody knows yet: `{{ … }}`. */
  readonly templated: Path | null;
  /** Where what is at a path begins, or a stretch of its text; of a path that is not there, where its nearest ancestor does. */
  readonly position: (path: Path, within?: Span | null) => Position;
}

const maxBytes = 1_000_000;
const noNative: Native = { sha256: () => '', parseCode: () => null };

/** The maps of a file in order; or why it cannot be read, and where. */
export function readManifests(
  file: SourceFile,
): { readonly manifests: readonly Manifest[] } | { readonly problem: string; readonly position: Position } {
  const lines = createLines(file.text);
  if (file.text.length > maxBytes) return { problem: 'the file is too long', position: lines.position(0) };
  const { parts, problems } = readDocument({ path: 'import.yaml', text: file.text }, noNative);
  const [problem] = problems;
  if (problem !== undefined) return { problem: problem.message, position: lines.position(problem.span.start) };
  return {
    manifests: parts.flatMap(({ content, offset }) => {
      const position = (path: Path, within: Span | null = null): Position => {
        const found = locate(content, path);
        const span = (found.missing === 0 ? found.value : null) ?? found.key ?? found.value ?? { start: 0, end: 0 };
        const text = within === null || found.missing > 0 ? null : textAt(content.value, path);
        const exact = text === null || within === null ? span : scalarSpan(content.text, { text, span }, within);
        return lines.position(offset + exact.start);
      };
      return itemsOf(content.value).flatMap(({ path: root, value }) => {
        const map = plain(value);
        if (typeof map !== 'object' || map === null || Array.isArray(map)) return [];
        return [
          {
            value: map as Manifest['value'],
            templated: templateIn(value, []),
            position: (path: Path, within?: Span | null) => position([...root, ...path], within),
          },
        ];
      });
    }),
  };
}

/** A document, or what is in it where it is a list, as `kubectl get` writes them. */
function itemsOf(value: Value): readonly { readonly path: Path; readonly value: Value }[] {
  const { kind, items } = Object(value) as { readonly kind?: unknown; readonly items?: unknown };
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ path: [], value }];
  return items.map((item: Value, index) => ({ path: ['items', index], value: item }));
}

/** A manifest's value in the form that its kind has. What the form does not know is refused: nobody knows what it would mean. */
export function fitting<T>({ value, templated }: Manifest, schema: z.ZodType<T>): T {
  if (templated !== null) {
    const who = String(value.apiVersion).startsWith('kyverno.io/') ? 'Kyverno or a template' : 'a template';
    throw new Refusal(templated, `${who} fills this in, and here nothing does`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues.flatMap((issue) => explainIssue(issue, schema, value, 1));
  throw new Refusal(first?.path ?? [], first === undefined ? 'not of the form that is expected here' : said(first));
}

function said({ path, message }: { readonly path: Path; readonly message: string }): string {
  return path.length === 0 ? message : `\`${path.join('.')}\`: ${message}`;
}

function textAt(value: unknown, path: Path): string | null {
  let at = value;
  for (const key of path)
    at = typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[key] : undefined;
  return typeof at === 'string' ? at : null;
}

function templateIn(value: Value, path: Path): Path | null {
  if (value instanceof Unknown) return path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = templateIn(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== null) return found;
  }
  return null;
}

/** The engine's maps have no prototype, which zod takes for something else. */
function plain(value: Value): unknown {
  if (value instanceof Unknown) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
