/** One input judged and made ready to be reported: everything that leaves here can be shown to anybody. */
import {
  type Approved,
  type Baseline,
  createLines,
  describeCrash,
  type Finding,
  fixesOf,
  type JudgeOptions,
  judge,
  type Lines,
  type Native,
  type PolicySet,
  type SourceFile,
  type Span,
  type Verdict,
} from '../../engine/index.ts';
import { type Reading, readWorkFile } from '../../repository/index.ts';
import type { Range, Repair, ReportedFinding, ReportedProblem } from '../report/report.ts';
import { excerptOf } from './excerpt.ts';
import { masker } from './mask.ts';

/** What is to be judged: a file of the work tree that is yet to be read, or what was read elsewhere. */
export type Input =
  | { readonly kind: 'workFile'; readonly path: string; readonly sizeBytes: number }
  | {
      readonly kind: 'read';
      readonly reading: Reading;
      /** The text before the change; null for a new file; absent where no change is judged. */
      readonly base?: string | null;
    };

/** What all inputs of a run are judged with. */
export interface Desk {
  readonly root: string;
  readonly policies: PolicySet;
  readonly native: Native;
  readonly context: { readonly gate: string; readonly date: string };
  readonly baseline: Baseline | null;
  readonly approved: Approved | null;
  /** Working out fixes costs time, so only those who show or apply them ask. */
  readonly repairs: 'omit' | 'include';
}

/** All that is to be said of one input. Plain data: it crosses threads. */
export interface Judgement {
  readonly path: string;
  readonly state: 'checked' | 'skipped' | 'unreadable';
  readonly findings: readonly ReportedFinding[];
  readonly problems: readonly ReportedProblem[];
  readonly counts: Verdict['counts'];
  /** SHA-256 of path and text; empty where nothing was read. */
  readonly digest: string;
}

/** Reads and judges one input. A fault of the engine is a problem of that file, and no verdict. */
export function judgeInput(input: Input, desk: Desk): Judgement {
  const path = pathOf(input);
  try {
    if (desk.policies.ignores(path)) return nothing(path, 'skipped');
    const reading = input.kind === 'workFile' ? readWorkFile(desk.root, input.path) : input.reading;
    if (reading.kind === 'skipped') return nothing(path, 'skipped');
    if (reading.kind === 'problem') return unreadable(path, reading.message);
    return judgeText(reading.file, input.kind === 'read' ? input.base : undefined, desk);
  } catch (error) {
    return unreadable(path, `Kerb broke on this file, so there is no verdict: ${describeCrash(error)}`);
  }
}

/** What the engine is told of the desk. */
export function judgeOptions({ policies, native, context, baseline, approved }: Desk): JudgeOptions {
  return {
    ...{ policies, native, context },
    ...(baseline === null ? {} : { baseline }),
    ...(approved === null ? {} : { approved }),
  };
}

/** The path of an input, relative to the root. */
export function pathOf(input: Input): string {
  return input.kind === 'workFile' ? input.path : input.reading.path;
}

/** What is said of an input that could not be judged. */
export function unreadable(path: string, message: string): Judgement {
  return { ...nothing(path, 'unreadable'), problems: [{ file: path, range: null, message, blocking: true }] };
}

function nothing(path: string, state: Judgement['state']): Judgement {
  return { path, state, findings: [], problems: [], counts: { resources: 0, unknown: 0, excepted: 0 }, digest: '' };
}

function judgeText(file: SourceFile, base: string | null | undefined, desk: Desk): Judgement {
  const verdict = judge(file, { ...judgeOptions(desk), ...(base === undefined ? {} : { base }) });
  const lines = createLines(file.text);
  const range = (span: Span): Range => ({ start: lines.position(span.start), end: lines.position(span.end) });
  return {
    path: file.path,
    state: 'checked',
    findings: reportFindings(verdict, lines, desk),
    problems: verdict.problems.map(({ span, message }) => ({
      file: file.path,
      range: range(span),
      message,
      blocking: true,
    })),
    counts: verdict.counts,
    digest: desk.native.sha256(`${file.path}\0${file.text}`),
  };
}

function reportFindings(verdict: Verdict, lines: Lines, desk: Desk): ReportedFinding[] {
  if (verdict.findings.length === 0) return [];
  const shown = masker(verdict);
  const range = (span: Span): Range => ({ start: lines.position(span.start), end: lines.position(span.end) });
  return verdict.findings.map((finding) => ({
    ...finding,
    range: range(finding.span),
    relations: finding.related.map(({ span, message }) => ({ range: range(span), message })),
    excerpt: excerptOf(shown, lines, range(finding.span)),
    repairs: desk.repairs === 'include' ? repairsOf(finding, verdict, range, shown.mask) : [],
  }));
}

/** A repair whose new text would show a secret is not offered: what it leaves out would not repair anything. */
function repairsOf(
  finding: Finding,
  verdict: Verdict,
  range: (span: Span) => Range,
  mask: (text: string) => string,
): Repair[] {
  return fixesOf(verdict, finding)
    .filter(({ edits }) => edits.every(({ text }) => mask(text) === text))
    .map(({ title, safe, edits }) => ({
      title,
      safe,
      edits: edits.map(({ span, text }) => ({ range: range(span), text })),
    }));
}
