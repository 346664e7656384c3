/** What the checker finds out about a tree, for the compiler. The tree itself stays as it was parsed. */
import type { Span } from '../../model.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Call, Expression, Variable } from '../syntax/expression.ts';
import type { Type } from '../type.ts';
import type { CelValue } from '../value.ts';

export interface Notes {
  readonly types: Map<Expression, Type>;
  /** What a name, or a selection that is a qualified name, stands for. */
  readonly references: Map<Expression, Reference>;
  readonly calls: Map<Call, CallTarget>;
  /** Where each variable of a macro is kept while evaluating. */
  readonly slots: Map<Variable, number>;
  /** The types of the variables of macros. */
  readonly variables: Map<Variable, Type>;
  /** Declared variables that the expression reads, and where they are kept. */
  readonly reads: Map<string, number>;
  slotCount: number;
  readonly problems: Problem[];
}

interface Problem {
  readonly span: Span;
  readonly message: string;
}

export type Reference =
  | { readonly kind: 'slot'; readonly slot: number; readonly name: string }
  | { readonly kind: 'constant'; readonly value: CelValue }
  | { readonly kind: 'missing'; readonly name: string };

/** The function that a call means, and all its arguments, a method's receiver first. */
interface CallTarget {
  readonly declaration: FunctionDeclaration | null;
  readonly args: readonly Expression[];
}

export function createNotes(): Notes {
  return {
    types: new Map(),
    references: new Map(),
    calls: new Map(),
    slots: new Map(),
    variables: new Map(),
    reads: new Map(),
    slotCount: 0,
    problems: [],
  };
}
