/** The audit of a whole log, entry by entry: whether what is there is what was signed. */
import { encodeUtf8 } from '../cel/utf8.ts';
import type { Checkpoint } from './checkpoint.ts';
import { emptyFrontier, equalBytes, type Frontier, grow, hashLeaf, rootOf, type Sha256 } from './merkle.ts';

/** An entry as it was exported; `body` is null once its time has passed. */
export interface ExportedEntry {
  readonly index: number;
  /** JSON that names the body by its hash: `body`. */
  readonly leaf: string;
  readonly body: string | null;
}

export interface AuditVerdict {
  readonly kind: 'whole' | 'altered';
  readonly entries: number;
  /** Entries whose bodies are gone. Their leaves are proved. */
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
  const problems: string[] = [];
  const report = (problem: string | null): void => {
    if (problem !== null && problems.length < maxProblems) problems.push(problem);
  };
  return {
    add(entry) {
      if (frontier.size >= checkpoint.size) return;
      if (entry.index !== frontier.size) report(`entry ${frontier.size} is missing: ${entry.index} comes in its place`);
      if (entry.body === null) withoutBody++;
      else report(bodyProblem(entry, entry.body, sha256));
      frontier = grow(frontier, [hashLeaf(encodeUtf8(entry.leaf), sha256)], sha256).frontier;
    },
    finish() {
      const { size } = frontier;
      if (size < checkpoint.size) report(`${size} entries where ${checkpoint.size} were signed`);
      else if (!equalBytes(rootOf(frontier, sha256), checkpoint.root)) {
        report(`the ${size} leaves are not those that were signed: one was changed, put in, taken out or moved`);
      }
      return { kind: problems.length === 0 ? 'whole' : 'altered', entries: size, withoutBody, problems };
    },
  };
}

function bodyProblem({ index, leaf }: ExportedEntry, body: string, sha256: Sha256): string | null {
  const named = bodyHashOf(leaf);
  if (named === null) return `entry ${index}: the leaf is no leaf of Kerb`;
  const hex = Array.from(sha256(encodeUtf8(body)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === named ? null : `entry ${index}: the body was changed, the leaf names another`;
}

function bodyHashOf(leaf: string): string | null {
  try {
    const { body } = JSON.parse(leaf) as { readonly body?: unknown };
    return typeof body === 'string' ? body : null;
  } catch {
    return null;
  }
}
