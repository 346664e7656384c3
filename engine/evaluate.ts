/** One file judged: recognise, parse, lift, evaluate, locate, except. */
import { readDocument } from './document/index.ts';
import { assemble, type Origin } from './evaluation/assemble.ts';
import { createJudgeCache, type JudgeCache, nextGeneration, resetCache } from './evaluation/cache.ts';
import { maskAll } from './evaluation/maskAll.ts';
import { type Bench, judgePart, type PartJudgement } from './evaluation/part.ts';
import { type Baseline, except } from './except.ts';
import type { Document, Finding, Native, Problem, SourceFile, Span, Value } from './model.ts';
import type { PolicySet } from './policy/compile.ts';

export { createJudgeCache, type JudgeCache } from './evaluation/cache.ts';

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
  /** Sorted by start, end, policy, message. */
  readonly findings: readonly Finding[];
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
export interface Counts {
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
  const bench: Bench = { document, policies, context: options.context, cache };
  if (document.parts.some(({ content }) => !cache.parts.has(content))) nextGeneration(cache);
  const judgements = document.parts.map((part) => {
    const known = cache.parts.get(part.content);
    if (known !== undefined) return known;
    const judged = judgePart(part, bench);
    cache.parts.set(part.content, judged);
    return judged;
  });
  const assembly = assemble(document, judgements, native, cache);
  const excepted = except({ document, findings: assembly.findings, ...options });
  const secrets = judgements.flatMap(({ secrets: spans }, index) =>
    spans.map((span) => moved(span, document.parts[index]?.offset ?? 0)),
  );
  const findings = maskAll(
    excepted,
    secrets.map(({ start, end }) => file.text.slice(start, end)),
    ({ fingerprint }) => assembly.originOf(fingerprint)?.mark.judged.uncut ?? null,
  );
  return {
    file,
    document,
    findings,
    problems: [
      ...document.problems,
      ...judgements.flatMap(({ problems }, index) =>
        problems.map(({ span, message }) => ({ span: moved(span, document.parts[index]?.offset ?? 0), message })),
      ),
    ],
    counts: countsOf(judgements, findings),
    options,
    secrets,
    originOf: assembly.originOf,
  };
}

function moved({ start, end }: Span, offset: number): Span {
  return { start: start + offset, end: end + offset };
}

/** The cache serves one path, one policy set and one context at a time. */
function renew(cache: JudgeCache, file: SourceFile, { policies, context, native }: JudgeOptions): void {
  const basis = [policies, native, file.path, file.language, JSON.stringify(context)];
  const before = cache.basis as readonly unknown[] | null;
  if (before === null || basis.some((item, index) => item !== before[index])) resetCache(cache, basis);
}

function countsOf(judgements: readonly PartJudgement[], findings: readonly Finding[]): Counts {
  let resources = 0;
  let unknown = 0;
  for (const judgement of judgements) {
    resources += judgement.resources;
    unknown += judgement.unknown;
  }
  return { resources, unknown, excepted: findings.filter((finding) => finding.exception !== null).length };
}

function ignored(file: SourceFile, options: JudgeOptions): Verdict {
  const counts = { resources: 0, unknown: 0, excepted: 0 };
  return { file, document: null, findings: [], problems: [], counts, options, secrets: [], originOf: () => null };
}
