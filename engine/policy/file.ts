/** YAML that people wrote for Kerb (policies, `kerb.yaml`), checked against a schema, with problems that have a place. */
import type { z } from 'zod';
import { createLines, type Lines, locate, type Position, readDocument } from '../document/index.ts';
import type { Native, PartContent, Path, Span, Value } from '../model.ts';
import { explainIssue } from './issue.ts';

/** Something wrong with a file of Kerb's own. */
export interface FileProblem {
  readonly file: string;
  readonly span: Span;
  /** Lines and columns from 1, columns in UTF-16 units, the end exclusive. */
  readonly range: { readonly start: Position; readonly end: Position };
  /** `error`: what the file says cannot be used, so that no verdict can rest on it. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what to do; never quotes a value of the file. */
  readonly message: string;
}

/** A file that fits its schema, or problems; and the means to add problems found later. */
export interface Checked<T = unknown> {
  readonly value: T | null;
  readonly problems: readonly FileProblem[];
  /** Whether there is no error so far. */
  ok(): boolean;
  report(path: Path, message: string): void;
  /** `key`: the key itself is doubtful, and not its value. */
  warn(path: Path, message: string, place?: 'key'): void;
  /** Where the value at a path stands, or its nearest ancestor's key. */
  spanOf(path: Path): Span;
  /** The whole file's value, as it was read. */
  readonly raw: unknown;
}

/** Bounds and words for reading one kind of file. */
export interface YamlOptions {
  /** Longest text, in UTF-16 units. */
  readonly maxBytes: number;
  /** What the file is, for messages: `policy`. */
  readonly what: string;
  /** Why a document is something else altogether; null where it may be what it should. Then nothing else is said of it. */
  readonly refuses?: (value: Value) => string | null;
}

const maxProblems = 50;
const noNative: Native = { sha256: () => '', parseCode: () => null };

/** Reads one YAML document against a schema. Never throws. */
export function readYaml<T>(
  file: { readonly path: string; readonly text: string },
  schema: z.ZodType<T>,
  options: YamlOptions,
): Checked<T> {
  const tooLong = file.text.length > options.maxBytes;
  const text = tooLong ? '' : file.text;
  const document = readDocument({ path: 'policy.yaml', text }, noNative);
  const parts = document.parts.filter((part) => part.content.root !== null);
  const part = parts[0];
  const problems: FileProblem[] = [];
  const lines = createLines(text);
  const add = (severity: FileProblem['severity'], span: Span, message: string): void => {
    if (problems.length < maxProblems) problems.push(fileProblem(file.path, lines, severity, span, message));
  };
  const spanOf = (path: Path): Span =>
    part === undefined ? topOf(text) : spanIn(part.content, path, part.offset, text);
  const keyOf = (path: Path): Span => {
    const key = part === undefined ? null : locate(part.content, path).key;
    return key === null ? spanOf(path) : shifted(key, part?.offset ?? 0);
  };
  const at = (path: Path, message: string): void => add('error', spanOf(path), message);

  if (tooLong) at([], `${withArticle(options.what)} has at most ${options.maxBytes} characters`);
  const foreign = part === undefined ? null : (options.refuses?.(part.content.value) ?? null);
  if (foreign !== null) at([], foreign);
  else if (part === undefined && !tooLong) at([], `the file is empty: ${withArticle(options.what)} is a YAML map`);
  for (const problem of document.problems) add('error', problem.span, problem.message);
  if (parts[1] !== undefined && foreign === null)
    add('error', { start: parts[1].offset, end: parts[1].offset + 3 }, `a file has one ${options.what}`);

  const parsed = part === undefined || foreign !== null ? null : schema.safeParse(part.content.value);
  const issues = parsed?.error?.issues.slice(0, maxProblems) ?? [];
  const isBroken = document.problems.length > 0;
  const explained = issues.flatMap((issue) => explainIssue(issue, schema, part?.content.value, maxProblems));
  const told = explained.filter(
    // What is missing may stand behind the place that cannot be read, or under a key that is misspelt.
    ({ path, place }, index) =>
      place === 'absent'
        ? !isBroken && !explained.some((other) => isMeant(other, path))
        : !explained.slice(0, index).some((other) => other.place !== 'absent' && isSamePath(other.path, path)),
  );
  // Looking for a place goes through the whole file: not for more problems than are told.
  for (const { path, message, place } of told.slice(0, maxProblems)) {
    const span = place === 'key' ? keyOf(path) : spanOf(path);
    // What YAML itself could not read is said already.
    const isSaid = document.problems.some(
      (one) => one.span.start <= lineEnd(text, span.end) && span.start <= one.span.end,
    );
    if (!isSaid) add('error', span, message);
  }
  return {
    value: parsed?.success === true ? parsed.data : null,
    raw: part?.content.value ?? null,
    problems,
    ok: () => !problems.some((problem) => problem.severity === 'error'),
    report: (path, message) => {
      if (!isBroken || path.length > 0) at(path, message);
    },
    warn: (path, message, place) => add('warning', place === 'key' ? keyOf(path) : spanOf(path), message),
    spanOf,
  };
}

function isSamePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Whether an unknown key beside it was meant to be the one at a path. */
function isMeant({ path, meant }: { readonly path: Path; readonly meant?: string }, missing: Path): boolean {
  return (
    meant === missing.at(-1) &&
    path.length === missing.length &&
    path.slice(0, -1).join() === missing.slice(0, -1).join()
  );
}

/** A problem at a span of a text. */
export function fileProblem(
  file: string,
  lines: Lines,
  severity: FileProblem['severity'],
  span: Span,
  message: string,
): FileProblem {
  const range = { start: lines.position(span.start), end: lines.position(span.end) };
  return { file, span, range, severity, message };
}

function spanIn(content: PartContent, path: Path, offset: number, text: string): Span {
  if (path.length === 0) return topOf(text);
  const found = locate(content, path);
  const span = found.missing === 0 ? (found.value ?? found.key) : (found.key ?? null);
  return span === null ? topOf(text) : shifted(span, offset);
}

function shifted({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** The first line that says something: where a problem of the whole file is shown. */
function topOf(text: string): Span {
  const match = /^[ \t]*[^\s#].*$/m.exec(text);
  return match === null ? { start: 0, end: 0 } : { start: match.index, end: match.index + match[0].trimEnd().length };
}
