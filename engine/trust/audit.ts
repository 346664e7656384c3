/** The audit of a whole log, entry by entry: whether what is there is what was signed. */
import { encodeUtf8 } from '../cel/utf8.ts';
import { readJson } from '../json.ts';
import type { Checkpoint } from './checkpoint.ts';
import { emptyFrontier, equalBytes, type Frontier, grow, hashLeaf, rootOf, type Sha256 } from './merkle.ts';

/** An entry as it was exported; `body` is null once its time has passed. */
interface ExportedEntry {
  readonly index: number;
  /** JSON that names the body by its hash: `body`. */
  readonly leaf: string;
  readonly body: string | null;
}

interface AuditVerdict {
  readonly kind: 'whole' | 'altered';
  readonly entries: number;
  /** Entries whose bodies are gone, as the log itself says that they were to be. Their leaves are proved. */
  readonly withoutBody: number;
  /** What does not fit, the first 100. */
  readonly problems: readonly string[];
}

export interface Audit {
  add(entry: ExportedEntry): void;
  finish(): AuditVerdict;
}

const maxProblems = 100;

/** Begins an audit of the entries under a checkpoint, from the first to the last of them. */
export function createAudit(checkpoint: Checkpoint, sha256: Sha256): Audit {
  let frontier: Frontier = emptyFrontier;
  let withoutBody = 0;
  let retainedFrom = Number.NEGATIVE_INFINITY;
  let gone: readonly Gone[] = [];
  const problems: string[] = [];
  const report = (problem: string | null): void => {
    if (problem !== null && problems.length < maxProblems) problems.push(problem);
  };
  return {
    add(entry) {
      if (frontier.size >= checkpoint.size) return;
      if (entry.index !== frontier.size) report(`entry ${frontier.size} is missing: ${entry.index} comes in its place`);
      if (entry.body === null) {
        withoutBody++;
        gone = newestOf([...gone, { index: entry.index, at: timeOfLeaf(entry.leaf) }]);
      } else {
        report(bodyProblem(entry, entry.body, sha256));
        retainedFrom = Math.max(retainedFrom, retentionIn(entry.body));
      }
      frontier = grow(frontier, [hashLeaf(encodeUtf8(entry.leaf), sha256)], sha256).frontier;
    },
    finish() {
      const { size } = frontier;
      for (const { index, at } of gone)
        if (at >= retainedFrom)
          report(`entry ${index}: the body is gone, and by no act in the log its time had passed`);
      if (size < checkpoint.size) report(`${size} entries where ${checkpoint.size} were signed`);
      else if (!equalBytes(rootOf(frontier, sha256), checkpoint.root)) {
        report(`the ${size} leaves are not those that were signed: one was changed, put in, taken out or moved`);
      }
      return { kind: problems.length === 0 ? 'whole' : 'altered', entries: size, withoutBody, problems };
    },
  };
}

/** An entry without its body, and the time in its id: that says when the body may go. */
interface Gone {
  readonly index: number;
  readonly at: number;
}

/** Those that were to stay the longest: what may be gone is told when all acts were seen. */
function newestOf(gone: readonly Gone[]): readonly Gone[] {
  return gone.length < 2 * maxProblems ? gone : gone.toSorted((a, b) => b.at - a.at).slice(0, maxProblems);
}

/** Milliseconds since 1970, from the first 48 bits of a UUID of version 7; what has none was to stay. */
function timeOfLeaf(leaf: string): number {
  const id = memberOf(leaf, 'id');
  const at = typeof id === 'string' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : Number.NaN;
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}

/** Up to when bodies may be gone, where an act says so. */
function retentionIn(body: string): number {
  if (!body.includes('"retention.set"') || memberOf(body, 'act') !== 'retention.set') return Number.NEGATIVE_INFINITY;
  const { before } = (memberOf(body, 'subject') ?? {}) as { readonly before?: unknown };
  const at = typeof before === 'string' ? Date.parse(before) : Number.NaN;
  return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at;
}

function bodyProblem({ index, leaf }: ExportedEntry, body: string, sha256: Sha256): string | null {
  const named = bodyHashOf(leaf);
  if (named === null) return `entry ${index}: the leaf is no leaf of Kerb`;
  const hex = Array.from(sha256(encodeUtf8(body)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === named ? null : `entry ${index}: the body was changed, the leaf names another`;
}

function bodyHashOf(leaf: string): string | null {
  const body = memberOf(leaf, 'body');
  return typeof body === 'string' ? body : null;
}

function memberOf(text: string, name: string): unknown {
  const value = readJson(text);
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
