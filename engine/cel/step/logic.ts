/** `&&`, `||` and `?:`: what does not matter may be an error. */
import type { Unknown } from '../../model.ts';
import type { Conditional, Logical } from '../syntax.ts';
import { type CelError, type Result, stops } from '../value.ts';
import { type Compiler, combine, isExhausted, misfit, type Step } from './frame.ts';

/** Commutative: one operand that decides makes errors and unknowns of the others irrelevant. */
export function logicalStep(compiler: Compiler, node: Logical): Step {
  const decisive = node.operator === '||';
  const steps = node.operands.map((operand) => boolStep(compiler, operand, node.operator));
  const [first, second] = steps;
  if (steps.length === 2 && first !== undefined && second !== undefined)
    return pairStep(first, second, decisive ? 'or' : 'and');
  return (frame) => {
    let stop: CelError | Unknown | null = null;
    for (const step of steps) {
      const value = step(frame);
      if (value === decisive) return decisive;
      if (typeof value === 'boolean') continue;
      stop = combine(stop, value as CelError | Unknown);
      if (isExhausted(stop)) return stop;
    }
    return stop ?? !decisive;
  };
}

function pairStep(first: Step, second: Step, operator: 'and' | 'or'): Step {
  const decisive = operator === 'or';
  return (frame) => {
    const left = first(frame);
    if (left === decisive) return decisive;
    if (typeof left === 'boolean') return second(frame);
    if (isExhausted(left)) return left;
    const right = second(frame);
    if (right === decisive) return decisive;
    return typeof right === 'boolean' ? left : combine(left as CelError | Unknown, right as CelError | Unknown);
  };
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
  const condition = boolStep(compiler, node.condition, 'a condition');
  const positive = compiler.step(node.positive);
  const negative = compiler.step(node.negative);
  return (frame): Result => {
    const value = condition(frame);
    if (value === true) return positive(frame);
    return value === false ? negative(frame) : value;
  };
}
