/** What `kerb check` found, ready to be written in any format: nothing here needs a file to be read again. */
import type { Finding, Policy, Position } from '../../engine/index.ts';

export interface Report {
  readonly decision: ReportedDecision;
  /** Sorted by file and place. Those with an exception are among them. */
  readonly findings: readonly ReportedFinding[];
  readonly problems: readonly ReportedProblem[];
  readonly files: { readonly checked: number; readonly skipped: number };
  /** By id: Kerb's own (`kerb/…`) too. */
  readonly policies: ReadonlyMap<string, PolicyFacts>;
}

/** What a report says of a policy. */
export type PolicyFacts = Pick<
  Policy,
  'id' | 'title' | 'severity' | 'enforcement' | 'why' | 'remedy' | 'references' | 'controls' | 'equivalents'
>;

interface ReportedDecision {
  /** UUIDv7. */
  readonly id: string;
  readonly gate: string;
  readonly effect: 'allow' | 'deny' | 'indeterminate';
  /** Which revision of the policies judged: the number of the organisation's bundle, or without one the digest, shortened. */
  readonly revision: string;
  /** `sha256:` over policies and configuration. */
  readonly digest: string;
  /** `sha256:` over the judged files' paths and texts. */
  readonly inputDigest: string;
  readonly latencyMs: number;
}

/** Lines and columns from 1, columns in UTF-16 units, the end exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface ReportedFinding extends Finding {
  readonly range: Range;
  /** `related`, in lines and columns. */
  readonly relations: readonly { readonly range: Range; readonly message: string }[];
  /** The marked lines and some around them. Secrets are masked already. */
  readonly excerpt: Excerpt;
  /** The worked-out fixes, where they were asked for. */
  readonly repairs: readonly Repair[];
}

export interface Excerpt {
  /** The number of the first line. */
  readonly firstLine: number;
  readonly lines: readonly string[];
  /** How many UTF-16 units at the beginning of each line were cut off, since it is too long to be shown. */
  readonly cutColumns: number;
}

export interface Repair {
  readonly title: string;
  readonly safe: boolean;
  readonly edits: readonly { readonly range: Range; readonly text: string }[];
}

/** What kept something from being judged, or what is wrong with Kerb's own files. */
export interface ReportedProblem {
  readonly file: string;
  /** Null where it concerns the file as a whole. */
  readonly range: Range | null;
  readonly message: string;
  /** Whether no verdict can rest on what is left. */
  readonly blocking: boolean;
}

/** How many findings there are of each weight, and how many are excepted. */
export interface Tally {
  readonly deny: number;
  readonly warn: number;
  readonly audit: number;
  readonly error: number;
  readonly approved: number;
  readonly suppressed: number;
  readonly baseline: number;
}

/** Counts findings: one with an exception only as such, a broken rule only as an error. */
export function tallyOf(findings: readonly ReportedFinding[]): Tally {
  const tally = { deny: 0, warn: 0, audit: 0, error: 0, approved: 0, suppressed: 0, baseline: 0 };
  for (const { enforcement, exception, outcome } of findings) {
    if (exception !== null) tally[tallies[exception.kind]]++;
    else if (outcome === 'error') tally.error++;
    else tally[enforcement]++;
  }
  return tally;
}

const tallies = { approved: 'approved', suppression: 'suppressed', baseline: 'baseline' } as const;

/** How many do not count. */
export function exceptedOf({ approved, suppressed, baseline }: Tally): number {
  return approved + suppressed + baseline;
}

/** Whole for ranges that the reader of a format insists on: the beginning of the file. */
export const fileStart: Range = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
