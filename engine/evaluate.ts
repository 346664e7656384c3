/** One file judged: recognise, parse, lift, evaluate, locate, except. */
import { readDocument } from './document/index.ts';
import { type Assembly, assemble, type Origin } from './evaluation/assemble.ts';
import { createJudgeCache, type JudgeCache, nextGeneration, resetCache } from './evaluation/cache.ts';
import type { Bench } from './evaluation/judgeOne.ts';
import { maskAll } from './evaluation/maskAll.ts';
import { judgePart, type PartJudgement } from './evaluation/part.ts';
import { inFile, movedBy, type PlacedFindings } from './evaluation/placed.ts';
import { type Approved, type Baseline, except } from './except.ts';
import type { Document, Finding, Native, Problem, SourceFile, Span, Value } from './model.ts';
import type { PolicySet } from './policy/compile.ts';
import { createMemo } from './resource/index.ts';

export { createJudgeCache, type JudgeCache } from './evaluation/cache.ts';
export type { PlacedFindings } from './evaluation/placed.ts';

/** What a file is judged with. */
export interface JudgeOptions {
  readonly policies: PolicySet;
  readonly native: Native;
  readonly context: Context;
  /** The file's judgements of before. Without one, nothing is remembered. */
  readonly cache?: JudgeCache;
  /** Findings that were there when Kerb came. */
  readonly baseline?: Baseline;
  /**
   * The text of the file before the change that is judged; null where there was none. A suppression that is not in it
   * does not govern, unless the configuration allows that. Absent: no change is judged, and every suppression governs.
   */
  readonly base?: string | null;
  /**
   * Exceptions that other people approved, and the instant. It is not part of the context, which policies see: nothing is
   * judged anew when time goes by.
   */
  readonly approved?: Approved;
}

/** What policies see as `context`. */
export interface Context {
  /** `editor`, `check`, `commit`, `push` … */
  readonly gate: string;
  /** Today, `YYYY-MM-DD`: the engine has no clock. */
  readonly date: string;
  readonly [name: string]: Value;
}

/** What is to be said of one file. */
export interface Verdict {
  readonly file: SourceFile;
  /** Null where the file is ignored. */
  readonly document: Document | null;
  /** Sorted by start, end, policy, message. Made when first asked for. */
  readonly findings: readonly Finding[];
  /** The same findings, as they stand in parts. */
  readonly placed: readonly PlacedFindings[];
  /** What kept the file from being understood. At a gate that is never an allow. */
  readonly problems: readonly Problem[];
  readonly counts: Counts;
  /** What it was judged with. */
  readonly options: JudgeOptions;
  /** Where the file holds secrets, in its offsets: nothing that quotes the file may show them (see `mask`). */
  readonly secrets: readonly Span[];
  /** What a finding came from, by its fingerprint; Kerb's own come from nothing. For `fixesOf`. */
  readonly originOf: (fingerprint: string) => Origin | null;
}

/** What a verdict counts, beside its findings. */
interface Counts {
  readonly resources: number;
  /** Verdicts that a template left open. */
  readonly unknown: number;
  /** Findings that an exception covers. */
  readonly excepted: number;
}

/** Judges a file. Never throws; the same input gives the same verdict, whatever the cache holds. */
export function judge(file: SourceFile, options: JudgeOptions): Verdict {
  const { policies, native } = options;
  if (policies.ignores(file.path)) return ignored(file, options);
  const cache = options.cache ?? createJudgeCache();
  renew(cache, file, options);
  const document = readDocument(file, native, options.cache?.documents);
  const judgements = judgeParts({ document, policies, context: options.context, cache });
  const assembly = assemble(document, judgements, native, cache);
  const secrets = inParts(document, judgements, 'secrets', movedBy);
  const problems = inParts(document, judgements, 'problems', ({ span, message }, by) => ({
    span: movedBy(span, by),
    message,
  }));
  const placed = answered({ document, judgements, assembly, secrets, options });
  let findings: readonly Finding[] | null = null;
  return {
    file,
    document,
    get findings() {
      findings ??= inFile(placed);
      return findings;
    },
    placed,
    problems: [...document.problems, ...problems],
    counts: countsOf(judgements, placed === assembly.placed ? 0 : exceptedIn(placed)),
    options,
    secrets,
    originOf: assembly.originOf,
  };
}

function judgeParts(bench: Bench): readonly PartJudgement[] {
  const { document, cache } = bench;
  const known = document.parts.map(({ content }) => cache.parts.get(content));
  if (known.includes(undefined)) nextGeneration(cache);
  return document.parts.map((part, index) => {
    // The same text may stand in a document twice, and is judged once.
    const before = known[index] ?? cache.parts.get(part.content);
    if (before !== undefined) return before;
    const judged = judgePart(part, bench);
    cache.parts.set(part.content, judged);
    return judged;
  });
}

/** What is said of parts, in the file's offsets. */
function inParts<Key extends 'secrets' | 'problems', Moved>(
  { parts }: Document,
  judgements: readonly PartJudgement[],
  key: Key,
  move: (item: PartJudgement[Key][number], by: number) => Moved,
): readonly Moved[] {
  const found: Moved[] = [];
  for (let index = 0; index < judgements.length; index++) {
    const by = parts[index]?.offset ?? 0;
    for (const item of judgements[index]![key]) found.push(move(item, by));
  }
  return found;
}

/** Findings with their exceptions and without secrets. Most files have neither, and then each part's stay what they are. */
function answered({ document, judgements, assembly, secrets, options }: Answering): readonly PlacedFindings[] {
  const { placed, originOf } = assembly;
  const maySuppress = judgements.some((judgement) => judgement.maySuppress);
  const mayBeApproved = isNamedIn(options.approved, placed);
  if (!maySuppress && !mayBeApproved && options.baseline === undefined && secrets.length === 0) return placed;
  const findings = maskAll(
    except({ document, findings: inFile(placed), maySuppress, ...options }),
    secrets.map(({ start, end }) => document.file.text.slice(start, end)),
    ({ fingerprint }) => originOf(fingerprint)?.mark.judged.uncut ?? null,
  );
  return [{ offset: 0, findings }];
}

function isNamedIn(approved: Approved | undefined, placed: readonly PlacedFindings[]): boolean {
  if (approved === undefined || approved.register.size === 0) return false;
  return placed.some(({ findings }) => findings.some(({ policy }) => approved.register.of(policy).length > 0));
}

interface Answering {
  readonly document: Document;
  readonly judgements: readonly PartJudgement[];
  readonly assembly: Assembly;
  readonly secrets: readonly Span[];
  readonly options: JudgeOptions;
}

/** The cache serves one path, one policy set and one context at a time. */
function renew(cache: JudgeCache, file: SourceFile, { policies, context, native }: JudgeOptions): void {
  const basis = [policies, native, file.path, file.language, JSON.stringify(context)];
  const before = cache.basis as readonly unknown[] | null;
  if (before !== null && basis.every((item, index) => item === before[index])) return;
  // What adapters made depends on the file alone: other policies find it made already.
  const isSameFile = before === null || (before[2] === file.path && before[3] === file.language);
  resetCache(cache, basis, isSameFile ? cache.memo : createMemo());
}

function countsOf(judgements: readonly PartJudgement[], excepted: number): Counts {
  let resources = 0;
  let unknown = 0;
  for (const judgement of judgements) {
    resources += judgement.resources;
    unknown += judgement.unknown;
  }
  return { resources, unknown, excepted };
}

function exceptedIn(placed: readonly PlacedFindings[]): number {
  return placed.flatMap(({ findings }) => findings).filter(({ exception }) => exception !== null).length;
}

function ignored(file: SourceFile, options: JudgeOptions): Verdict {
  const counts = { resources: 0, unknown: 0, excepted: 0 };
  const nothing = { findings: [], placed: [], problems: [], secrets: [] };
  return { file, document: null, ...nothing, counts, options, originOf: () => null };
}
