/**
 * Kerb's CEL: the Common Expression Language as specified at https://github.com/google/cel-spec, evaluated directly over
 * the engine's values.
 */
import type { Path, Span, Unknown } from '../model.ts';
import type { EvaluationNode } from './blame/tree.ts';
import type { FunctionDeclaration } from './function.ts';
import { compileProgram } from './program.ts';
import type { Type } from './type.ts';
import type { CelValue, ErrorCode } from './value.ts';

/** What an expression may refer to, beyond the standard functions and libraries, which it always has. */
export interface Environment {
  /** Declared variables by name; names may be qualified (`a.b`). */
  readonly variables: Readonly<Record<string, Type>>;
  readonly functions?: readonly FunctionDeclaration[];
  /**
   * `unchecked`: what the type checker finds is a warning and is left to run time, where `true || 1` has a value; else it
   * is an error.
   */
  readonly types?: 'checked' | 'unchecked';
  /** Whether to warn of what can only come out one way, and of what nothing depends on: for authors. */
  readonly doubts?: 'tell';
}

/** Something wrong in an expression, found without running it. */
export interface CelProblem {
  readonly span: Span;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** `program` is null exactly when one of the problems is an error. */
export interface Compilation {
  readonly program: Program | null;
  readonly problems: readonly CelProblem[];
}

export interface Limits {
  /** Units of work: about one for each step of an expression. */
  readonly cost: number;
}

export interface Program {
  readonly source: string;
  /** The variables that the expression refers to, by declared name. */
  readonly reads: ReadonlySet<string>;
  readonly type: Type;
  /** Never throws. The same variables give the same evaluation, cost included. A variable that is missing is an error. */
  evaluate(variables: Variables, limits?: Limits): Evaluation;
  /** Why the expression gives what it gives: evaluates once more, following data paths. For results that matter. */
  explain(variables: Variables, limits?: Limits): Blame;
  /** What each part gave, for people who want to know why. Evaluates every part once more. */
  tree(variables: Variables, limits?: Limits): EvaluationNode;
}
export type Variables = Readonly<Record<string, CelValue>>;

export type Evaluation =
  | { readonly kind: 'value'; readonly value: CelValue; readonly cost: number }
  | {
      readonly kind: 'error';
      readonly message: string;
      readonly span: Span;
      readonly code: ErrorCode;
      readonly cost: number;
    }
  | { readonly kind: 'unknown'; readonly unknowns: readonly Unknown[]; readonly cost: number };

/** What decided a result. */
export interface Blame {
  /** The sub-expression that decided. */
  readonly span: Span;
  /**
   * The data that decided, beginning with the variable: `['self', 'volumes', 2, 'hostPath']`. A key that is not there
   * is part of the path. Null where no data decided.
   */
  readonly path: Path | null;
}

/** Compiles an expression. Never throws: what is wrong is in the problems, all of them, in order. */
export function compile(source: string, environment: Environment): Compilation {
  return compileProgram(source, environment);
}

export { builtIn } from './check/declarations.ts';
export { formatValue } from './display.ts';
export type { CelValue } from './value.ts';
