/** What compiled expressions are made of: closures over a frame. */
import { type Span, Unknown } from '../../model.ts';
import type { Notes } from '../check/notes.ts';
import type { Expression } from '../syntax/expression.ts';
import { CelError, type CelValue, type Result, UnknownSet } from '../value.ts';

/** One evaluation under way. */
export interface Frame {
  /** Declared variables and variables of macros, by slot. */
  readonly slots: Result[];
  cost: number;
  readonly limit: number;
}

/** A compiled expression. Never throws on bad input; errors and unknowns are results. */
export type Step = (frame: Frame) => Result;

/** Expressions being compiled. */
export interface Compiler {
  readonly notes: Notes;
  step(node: Expression): Step;
  /** The value of an expression that is a constant, else undefined. */
  constant(node: Expression): CelValue | undefined;
  report(span: Span, message: string): void;
}

export function budgetError(span: Span): CelError {
  return new CelError('the cost budget of the evaluation is exhausted', span, 'budget');
}

/** A fault of a value's type, with the place. */
export function misfit(span: Span, message: string): CelError {
  return new CelError(message, span);
}

/** A function's result; an error gets the place of the call. */
export function placed(result: Result, span: Span): Result {
  return result instanceof CelError && result.span === null ? new CelError(result.message, span, result.code) : result;
}

/**
 * What remains of two results that each end an operation: an exhausted budget above all, then unknowns, together, then
 * the first error.
 */
export function combine(before: CelError | Unknown | null, next: CelError | Unknown): CelError | Unknown {
  if (before === null || isExhausted(next)) return next;
  if (isExhausted(before)) return before;
  if (!(next instanceof Unknown)) return before;
  if (!(before instanceof Unknown) || before === next) return next;
  return new UnknownSet([...new Set([...members(before), ...members(next)])].slice(0, maxMembers));
}

/** Unknowns remembered of one result; more say nothing more. */
const maxMembers = 16;

export function members(unknown: Unknown): readonly Unknown[] {
  return unknown instanceof UnknownSet ? unknown.members : [unknown];
}

export function isExhausted(result: Result): boolean {
  return result instanceof CelError && result.code === 'budget';
}
