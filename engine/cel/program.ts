/** From source to something that can be evaluated. */

import { type Path, type Span, Unknown } from '../model.ts';
import { decide } from './blame/decide.ts';
import type { Trace } from './blame/trace.ts';
import { evaluationTree } from './blame/tree.ts';
import { check } from './check/check.ts';
import { declarationsOf } from './check/declarations.ts';
import { doubtsOf } from './check/doubts.ts';
import type { Notes } from './check/notes.ts';
import type { Blame, CelProblem, Compilation, Environment, Evaluation, Limits, Program, Variables } from './index.ts';
import { sizeUp } from './partial.ts';
import { createCompiler } from './step/compile.ts';
import { budgetError, type Compiler, type Frame, members, type Step } from './step/frame.ts';
import type { Expression } from './syntax/expression.ts';
import { parse } from './syntax/parse.ts';
import { weightOf } from './syntax/weight.ts';
import type { Type } from './type.ts';
import { CelError, type CelValue, type Result } from './value.ts';

const defaultLimits: Limits = { cost: 1_000_000 };

/** `container`: where names are looked for before the outermost level, as `a.b`. */
export interface Options extends Environment {
  readonly container?: string;
}

export function compileProgram(source: string, options: Options): Compilation {
  const { root, problems: syntax, lost } = parse(source);
  const isSound = ({ end }: Span): boolean => lost === null || source.slice(end, lost).trim() !== '';
  const { notes, type } = check(root, declarationsOf(options));
  const problems: CelProblem[] = syntax.map((one) => ({ ...one, severity: 'error' }));
  const severity = options.types === 'unchecked' ? 'warning' : 'error';
  // Of a part that cannot be read nothing else is said.
  const isRead = ({ start, end }: Span) => !syntax.some(({ span }) => start <= span.start && span.start < end);
  const report = (span: Span, message: string) => {
    if (isRead(span) && !syntax.some(({ span: other }) => other.start === span.start))
      problems.push({ span, message, severity });
  };
  for (const { span, message } of notes.problems) if (isSound(span)) report(span, message);
  const compiler = createCompiler(notes, report);
  const step = compiler.step(root);
  const broken = problems.some((one) => one.severity === 'error');
  if (options.doubts === 'tell' && syntax.length === 0) {
    const failure = broken ? () => null : (node: Expression) => failureOf(compiler, node);
    const doubts = doubtsOf(root, source, { constant: compiler.constant, failure });
    for (const doubt of doubts) problems.push({ ...doubt, severity: 'warning' });
  }
  return {
    problems: inOrder(problems),
    program: broken ? null : createProgram({ source, root, notes, type, step, compiler }),
  };
}

function failureOf(compiler: Compiler, node: Expression): string | null {
  const result = compiler.step(node)({ slots: [], cost: 0, limit: defaultLimits.cost });
  return result instanceof CelError ? result.message : null;
}

/** More than anyone reads. */
const maxProblems = 30;

function inOrder(problems: readonly CelProblem[]): readonly CelProblem[] {
  return [...problems].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end).slice(0, maxProblems);
}

interface Compiled {
  readonly source: string;
  readonly root: Expression;
  readonly notes: Notes;
  readonly type: Type;
  readonly step: Step;
  readonly compiler: Compiler;
}

function createProgram(compiled: Compiled): Program {
  const { source, root, notes, type, step, compiler } = compiled;
  const weight = weightOf(root);
  const start = starterOf(notes, weight);
  return {
    source,
    type,
    reads: new Set(notes.reads.keys()),
    evaluate: (variables, limits = defaultLimits) => {
      const frame = start(variables, limits.cost);
      const result = runSafely(step, frame);
      return typeof result === 'boolean' && frame.cost <= frame.limit
        ? { kind: 'value', value: result, cost: frame.cost }
        : conclude(result, frame, root);
    },
    explain: (variables, limits = defaultLimits) => {
      const frame = start(variables, limits.cost * 10);
      return explainSafely({ compiler, frame, paths: startPaths(notes), bound: new Map() }, root);
    },
    tree: (variables, limits = defaultLimits) => {
      // Every part is evaluated anew for itself, so that the whole costs a multiple. Who waits for it is a person.
      const frame = start(variables, limits.cost * 10);
      return evaluationTree({ compiler, frame, paths: startPaths(notes), bound: new Map() }, root);
    },
  };
}

/** Makes the frame of an evaluation; a variable that is missing is an error where it is used. */
function starterOf(notes: Notes, cost: number): (variables: Variables, limit: number) => Frame {
  const empty: Result[] = Array.from({ length: notes.slotCount }, () => null);
  const reads = [...notes.reads];
  for (const [name, slot] of reads) empty[slot] = new CelError(`the variable "${name}" has no value`);
  const read = reads.some(([name]) => name in Object.prototype) ? ownValue : value;
  return (variables, limit) => {
    const slots = empty.slice();
    for (let at = 0; at < reads.length; at++) {
      const [name, slot] = reads[at] as [string, number];
      const found = read(variables, name);
      if (found !== undefined) slots[slot] = found;
    }
    return { slots, cost, limit };
  };
}

function value(variables: Variables, name: string): CelValue | undefined {
  return variables[name];
}

/** For names that objects inherit: `toString`, `constructor`. */
function ownValue(variables: Variables, name: string): CelValue | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

/** Depth and cost are bounded, so that nothing should throw; should it yet, that is an error, never a pass. */
function runSafely(step: Step, frame: Frame): Result {
  try {
    return step(frame);
  } catch (cause) {
    return new CelError(`the evaluation broke: ${cause instanceof Error ? cause.name : 'unknown'}`);
  }
}

function startPaths(notes: Notes): (Path | null)[] {
  const paths: (Path | null)[] = new Array(notes.slotCount).fill(null);
  for (const [name, slot] of notes.reads) paths[slot] = [name];
  return paths;
}

function explainSafely(trace: Trace, root: Expression): Blame {
  try {
    return decide(trace, root);
  } catch {
    return { span: root.span, path: null };
  }
}

function conclude(result: Result, frame: Frame, root: Expression): Evaluation {
  const { cost } = frame;
  if (cost > frame.limit || !isPayable(result, frame)) {
    return { kind: 'error', code: 'budget', message: budgetError(root.span).message, span: root.span, cost };
  }
  if (result instanceof CelError) {
    return { kind: 'error', code: result.code, message: result.message, span: result.span ?? root.span, cost };
  }
  return result instanceof Unknown
    ? { kind: 'unknown', unknowns: members(result), cost }
    : { kind: 'value', value: result, cost };
}

/** Whoever is given the value will walk through it; where the same lists are in it again and again, that never ends. */
function isPayable(result: Result, { cost, limit }: Frame): boolean {
  if (typeof result !== 'object' || result === null || result instanceof CelError) return true;
  const work = { cost, limit };
  sizeUp(result, work);
  return work.cost <= limit;
}
