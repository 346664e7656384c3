/** The case harness: a policy's page is its test. The project, authors in the editor and `kerb test` all use it. */
import { createLines } from '../document/index.ts';
import { type JudgeOptions, judge, type Verdict } from '../evaluate.ts';
import { fixFile } from '../fix.ts';
import type { Native, SourceFile, Span } from '../model.ts';
import { type Drawing, draw, readDrawings, separator } from './cases/drawing.ts';
import { faultsOf } from './cases/faults.ts';
import { type Block, readBlocks, replaceBlocks } from './cases/page.ts';
import type { Compilations } from './compilations.ts';
import { compilePolicies, type PolicySet } from './compile.ts';
import { defaultConfiguration } from './configuration.ts';
import type { Policy } from './policy.ts';

/** How one block of a page came out. */
export interface CaseResult {
  /** The block's file. */
  readonly name: string;
  /** The line of its fence in the page, from 1. */
  readonly line: number;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped: the lines that differ, `-` as written and `+` as judged. Empty when passed. */
  readonly message: string;
  /** How many findings the block has. */
  readonly findings: number;
  /** The block's lines in the page, from 0: its first, and the fence that ends it. */
  readonly block: { readonly first: number; readonly last: number };
  /** The block as it is written, and as it is drawn when it is judged. */
  readonly written: readonly string[];
  readonly drawn: readonly string[];
}

/** How a page came out. */
export interface CasesResult {
  readonly policy: string;
  /** Why no case was judged: the policy does not compile, with the place. All cases have failed then. */
  readonly broken: string | null;
  /** What is wrong with the page as a whole, though every case may have passed; empty where the policy is broken. */
  readonly faults: readonly string[];
  readonly cases: readonly CaseResult[];
  /** The page with every block drawn as it was judged: what `UPDATE=1` writes. The same text where all passed. */
  readonly redrawn: string;
}

/** A policy and the page that tests it. */
export interface CasesRequest {
  readonly policy: Policy;
  /** The policy's page. */
  readonly page: { readonly path: string; readonly text: string };
  readonly native: Native;
  /** Whoever judges again and again while the policy is written gives the same each time. */
  readonly shared?: Compilations;
}

/** Cases are judged on this day. */
const day = '2026-01-01';

/** Judges every block of a page by its policy alone. Never throws. */
export function runCases({ policy, page, native, shared }: CasesRequest): CasesResult {
  const options = caseOptions(policy, native, shared);
  const broken = brokenIn(options.policies, policy.resources);
  const cases: CaseResult[] = [];
  const contents = new Map<Block, readonly string[]>();
  let before: SourceFile | null = null;
  for (const block of readBlocks(page.text)) {
    // A broken policy finds nothing that anybody would want to have drawn.
    const problem = block.problem ?? broken;
    const ran: Ran = problem === null ? runBlock(block, before, options) : failed(block, problem);
    if (block.kind === 'case') before = ran.file;
    const { first, last, lines: written } = block;
    cases.push({ ...ran.result, block: { first, last }, written, drawn: ran.content });
    if (ran.result.outcome === 'failed') contents.set(block, ran.content);
  }
  const faults = broken === null ? faultsOf(page.text, cases) : [];
  return { policy: policy.id, broken, faults, cases, redrawn: replaceBlocks(page.text, contents) };
}

function brokenIn(policies: PolicySet, kinds: readonly string[]): string | null {
  const compiled = kinds.flatMap((kind) => policies.compiled(kind));
  return compiled.find(({ broken }) => broken !== null)?.broken ?? null;
}

/** What cases are judged with: the policy alone, and suppressions that govern at once. */
export function caseOptions(policy: Policy, native: Native, shared?: Compilations): JudgeOptions {
  const configuration = { ...defaultConfiguration, suppressions: { sameChange: 'allow', longestDays: 3_650 } } as const;
  const policies = compilePolicies([policy], configuration, native, shared);
  return { policies, native, context: { gate: 'check', date: day } };
}

/** The files that a page's cases judge, without their drawings. */
export function caseFiles(page: string): readonly SourceFile[] {
  return readBlocks(page)
    .filter(({ kind }) => kind === 'case')
    .map((block) => fileOf(block, readDrawings(block.lines).lines));
}

/** The file of the case that begins at a line of a page, counted from 0 and behind the fence; null where none does. */
export function caseFileAt(page: string, first: number): SourceFile | null {
  const block = readBlocks(page).find((each) => each.first === first && each.kind === 'case');
  return block === undefined ? null : fileOf(block, readDrawings(block.lines).lines);
}

function fileOf({ path }: Block, lines: readonly string[]): SourceFile {
  return { path, text: `${lines.join('\n').replaceAll(separator, '')}\n` };
}

interface Ran {
  readonly result: Omit<CaseResult, 'block' | 'written' | 'drawn'>;
  /** The block as it should be. */
  readonly content: readonly string[];
  readonly file: SourceFile;
}

function runBlock(block: Block, before: SourceFile | null, options: JudgeOptions): Ran {
  return block.kind === 'fixed' ? runFixed(block, before, options) : runCase(block, options);
}

/** It is not judged, and stays as it is. */
function failed(block: Block, message: string): Ran {
  const result = { name: block.path, line: block.line, outcome: 'failed', message, findings: 0 } as const;
  return { result, content: block.lines, file: fileOf(block, readDrawings(block.lines).lines) };
}

function runCase(block: Block, options: JudgeOptions): Ran {
  const { lines, drawings } = readDrawings(block.lines);
  const file = fileOf(block, lines);
  const verdict = judge(file, options);
  const base = { name: block.path, line: block.line };
  if (verdict.document?.kind === 'code' && verdict.document.code === null) {
    const message = `there is no parser for ${verdict.document.language ?? 'this language'} on this machine`;
    return { result: { ...base, outcome: 'skipped', message, findings: 0 }, content: block.lines, file };
  }
  const actual = drawingsOf(verdict, lines);
  const content = draw(lines, actual, block.language);
  const expected = draw(lines, drawings, block.language);
  const difference = differenceOf(expected, content);
  const outcome = difference === '' ? 'passed' : 'failed';
  return { result: { ...base, outcome, message: difference, findings: actual.length }, content, file };
}

function runFixed(block: Block, before: SourceFile | null, options: JudgeOptions): Ran {
  const file = before ?? { path: block.path, text: '' };
  const base = { name: `${block.path} fixed`, line: block.line, findings: 0 };
  if (before === null || before.path !== block.path) {
    const message = 'a `fixed` block follows the block that it repairs';
    return { result: { ...base, outcome: 'failed', message }, content: block.lines, file };
  }
  const fixed = fixFile(before, options, { which: 'all' }).text.replace(/\n$/, '').split('\n');
  const written = readDrawings(block.lines).lines.map((line) => line.replaceAll(separator, ''));
  const difference = differenceOf(written, fixed);
  return {
    result: { ...base, outcome: difference === '' ? 'passed' : 'failed', message: difference },
    content: fixed,
    file,
  };
}

/** What a verdict looks like drawn: findings, broken rules (`error: …`) and what could not be read (`problem: …`). */
function drawingsOf({ file, findings, problems }: Verdict, shown: readonly string[]): readonly Drawing[] {
  const lines = createLines(file.text);
  const said = [
    ...findings.map(({ span, message, outcome }) => ({
      span,
      message: outcome === 'error' ? `error: ${message}` : message,
    })),
    ...problems.map(({ span, message }) => ({ span, message: `problem: ${message}` })),
  ];
  return said
    .map(({ span, message }) => ({ ...columnsOf(span, lines, shown), message: message.replace(/\s+/g, ' ').trim() }))
    .sort((a, b) => a.line - b.line || a.start - b.start || a.end - b.end);
}

function columnsOf(
  span: Span,
  lines: ReturnType<typeof createLines>,
  shown: readonly string[],
): Omit<Drawing, 'message'> {
  const start = lines.position(span.start);
  const end = lines.position(span.end);
  const line = Math.min(start.line - 1, shown.length - 1);
  const text = shown[line] ?? '';
  const to = end.line === start.line ? end.column - 1 : text.replaceAll(separator, '').trimEnd().length;
  const from = shownColumn(text, start.column - 1);
  return { line, start: from, end: Math.max(from + 1, shownColumn(text, Math.max(to - 1, 0)) + 1) };
}

/** The column in a line with separators of a column without them. */
function shownColumn(line: string, column: number): number {
  let left = column;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === separator) continue;
    if (left-- === 0) return at;
  }
  return line.length;
}

/** The lines that two blocks do not share, with the code line above each; empty where they are the same. */
function differenceOf(written: readonly string[], judged: readonly string[]): string {
  if (written.length === judged.length && written.every((line, index) => line === judged[index])) return '';
  const out: string[] = [];
  let a = 0;
  let b = 0;
  while (a < written.length || b < judged.length) {
    if (a < written.length && written[a] === judged[b]) {
      out.push(`  ${written[a]}`);
      a++;
      b++;
      continue;
    }
    const nextInJudged = judged.indexOf(written[a] ?? '', b);
    if (a < written.length && (nextInJudged < 0 || b >= judged.length)) out.push(`- ${written[a++]}`);
    else out.push(`+ ${judged[b++]}`);
  }
  return near(out).join('\n');
}

/** Two lines of context around each difference. */
function near(lines: readonly string[]): readonly string[] {
  const differs = (line: string | undefined) => line !== undefined && !line.startsWith('  ');
  return lines.filter((_, index) => lines.slice(Math.max(0, index - 2), index + 3).some(differs));
}
