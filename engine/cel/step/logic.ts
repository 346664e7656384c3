/** `&&`, `||` and `?:`: what does not matter may be an error. */
import type { Unknown } from '../../model.ts';
import type { Conditional, Logical } from '../syntax/expression.ts';
import { type CelError, type Result, stops } from '../value.ts';
import { type Compiler, combine, isExhausted, misfit, type Step } from './frame.ts';

/** Commutative: one operand that decides makes errors and unknowns of the others irrelevant. */
export function logicalStep(compiler: Compiler, node: Logical): Step {
  const decisive = node.operator === '||';
  const operands = node.operands.map((operand) => ({
    step: compiler.step(operand),
    error: misfit(operand.span, `${node.operator} takes bool`),
  }));
  const [first, second] = operands;
  if (operands.length === 2 && first !== undefined && second !== undefined) {
    return decisive ? orStep(first, second) : andStep(first, second);
  }
  return (frame) => {
    let stop: CelError | Unknown | null = null;
    for (const { step, error } of operands) {
      const value = step(frame);
      if (value === decisive) return decisive;
      if (typeof value === 'boolean') continue;
      stop = combine(stop, stops(value) ? value : error);
      if (isExhausted(stop)) return stop;
    }
    return stop ?? !decisive;
  };
}

interface Operand {
  readonly step: Step;
  /** For a value that is no bool. */
  readonly error: CelError;
}

function andStep(left: Operand, right: Operand): Step {
  const first = left.step;
  const second = right.step;
  return (frame) => {
    const value = first(frame);
    if (value === false) return false;
    const other = value === true || !isExhausted(value) ? second(frame) : value;
    if (other === false) return false;
    return value === true && other === true ? true : undecided(value, other, { left, right });
  };
}

function orStep(left: Operand, right: Operand): Step {
  const first = left.step;
  const second = right.step;
  return (frame) => {
    const value = first(frame);
    if (value === true) return true;
    const other = value === false || !isExhausted(value) ? second(frame) : value;
    if (other === true) return true;
    return value === false && other === false ? false : undecided(value, other, { left, right });
  };
}

/** No operand decided, and at least one is no bool. */
function undecided(
  value: Result,
  other: Result,
  { left, right }: { readonly left: Operand; readonly right: Operand },
): Result {
  const first = typeof value === 'boolean' ? null : stops(value) ? value : left.error;
  if (typeof other === 'boolean') return first ?? other;
  return combine(first, stops(other) ? other : right.error);
}

/** Gives a bool, an error or an unknown. */
export function boolStep(compiler: Compiler, node: Logical['operands'][number], what: string): Step {
  const step = compiler.step(node);
  const error = misfit(node.span, `${what} takes bool`);
  return (frame) => {
    const value = step(frame);
    return typeof value === 'boolean' || stops(value) ? value : error;
  };
}

export function conditionalStep(compiler: Compiler, node: Conditional): Step {
  const condition = compiler.step(node.condition);
  const positive = compiler.step(node.positive);
  const negative = compiler.step(node.negative);
  const error = misfit(node.condition.span, 'a condition is bool');
  return (frame): Result => {
    const value = condition(frame);
    if (value === true) return positive(frame);
    if (value === false) return negative(frame);
    return stops(value) ? value : error;
  };
}
