/** Calls of declared functions: overloads are chosen by the arguments' types at run time, since documents may lie. */
import { type Span, Unknown } from '../../model.ts';
import type { Call as Callable, Overload } from '../function.ts';
import { type Guard, guardOf, isContainer } from '../guard.ts';
import { hasUnknown } from '../partial.ts';
import type { Call } from '../syntax/expression.ts';
import { typeName } from '../typeName.ts';
import { CelError, type CelValue, type Result, stops } from '../value.ts';
import { budgetError, type Compiler, combine, type Frame, isExhausted, misfit, placed, type Step } from './frame.ts';
import { otherwiseStep } from './otherwise.ts';

export function callStep(compiler: Compiler, node: Call): Step {
  const lazy = otherwiseStep(compiler, node);
  if (lazy !== null) return lazy;
  const target = compiler.notes.calls.get(node);
  const candidates = target?.declaration?.overloads.filter((overload) => takes(overload, target.args.length)) ?? [];
  const steps = (target?.args ?? []).map((arg) => compiler.step(arg));
  const constants = (target?.args ?? []).map((arg) => compiler.constant(arg));
  const callees = candidates.map((overload) => prepare(compiler, node, { overload, constants }));
  const [only] = callees;
  const [first, second] = steps;
  if (callees.length === 1 && only !== undefined && only.simple) {
    if (steps.length === 1 && first) return unaryStep(node, only, first);
    if (steps.length === 2 && first && second) return binaryStep(node, only, [first, second]);
  }
  return generalStep(node, callees, steps);
}

/** An overload ready to be called. */
interface Callee {
  readonly overload: Overload;
  readonly guards: readonly Guard[];
  readonly call: (...args: CelValue[]) => Result;
  readonly cost: ((...args: CelValue[]) => number) | null;
  /** Takes nothing that could hold unknowns. */
  readonly simple: boolean;
  readonly partial: 'accepted' | 'refused';
}

function takes(overload: Overload, count: number): boolean {
  const { parameters, rest } = overload;
  return rest === undefined ? parameters.length === count : parameters.length <= count;
}

interface Preparation {
  readonly overload: Overload;
  readonly constants: readonly (CelValue | undefined)[];
}

function prepare(compiler: Compiler, node: Call, { overload, constants }: Preparation): Callee {
  const types = constants.map((_, at) => overload.parameters[at] ?? overload.rest ?? ({ kind: 'dyn' } as const));
  const guards = types.map(guardOf);
  const fits = constants.every((value, at) => value === undefined || guards[at]?.(value) === true);
  const useful = overload.prepare !== undefined && fits && constants.some((value) => value !== undefined);
  const prepared = useful ? overload.prepare?.(constants) : null;
  if (prepared instanceof CelError) compiler.report(lastConstant(compiler, node), prepared.message);
  const call = typeof prepared === 'function' ? prepared : overload.call;
  const partial = overload.unknowns === 'accepted' || !types.some(isContainer) ? 'accepted' : 'refused';
  return {
    overload,
    guards,
    call: call as Callable as (...args: CelValue[]) => Result,
    cost: costOf(overload, typeof prepared === 'function' ? 0 : (overload.preparation ?? 0)),
    simple: partial === 'accepted',
    partial,
  };
}

function costOf(overload: Overload, preparation: number): Callee['cost'] {
  const cost = overload.cost as Callee['cost'] | undefined;
  if (preparation === 0) return cost ?? null;
  return (...args) => preparation + (cost?.(...args) ?? 0);
}

/** What is wrong with a constant is wrong with the last one: the pattern, the zone. */
function lastConstant(compiler: Compiler, node: Call): Span {
  const args = compiler.notes.calls.get(node)?.args ?? [];
  return args.findLast((arg) => compiler.constant(arg) !== undefined)?.span ?? node.span;
}

function unaryStep(node: Call, callee: Callee, step: Step): Step {
  const [guard] = callee.guards;
  const { call, cost } = callee;
  return (frame) => {
    const value = step(frame);
    if (stops(value)) return value;
    if (guard?.(value) !== true) return noOverload(node, [value]);
    if (cost !== null && overspends(frame, cost(value))) return budgetError(node.span);
    return placed(call(value), node.span);
  };
}

function binaryStep(node: Call, callee: Callee, [first, second]: readonly [Step, Step]): Step {
  const [firstGuard, secondGuard] = callee.guards;
  const { call, cost } = callee;
  return (frame) => {
    const a = first(frame);
    if (stops(a) && !(a instanceof Unknown)) return a;
    const b = second(frame);
    if (stops(a)) return stops(b) ? combine(a, b) : a;
    if (stops(b)) return b;
    if (firstGuard?.(a) !== true || secondGuard?.(b) !== true) return noOverload(node, [a, b]);
    if (cost !== null && overspends(frame, cost(a, b))) return budgetError(node.span);
    return placed(call(a, b), node.span);
  };
}

function generalStep(node: Call, callees: readonly Callee[], steps: readonly Step[]): Step {
  return (frame) => {
    const values: CelValue[] = [];
    let stop: CelError | Unknown | null = null;
    for (const step of steps) {
      const value = step(frame);
      if (!stops(value)) values.push(value);
      else if (value instanceof Unknown) stop = combine(stop, value);
      else return value;
      if (isExhausted(value)) return value;
    }
    if (stop !== null) return stop;
    const callee = callees.find(({ guards }) => guards.every((guard, at) => guard(values[at] as CelValue)));
    return callee === undefined ? noOverload(node, values) : invoke(node, callee, values, frame);
  };
}

function invoke(node: Call, callee: Callee, values: readonly CelValue[], frame: Frame): Result {
  if (callee.partial === 'refused') {
    for (const value of values) {
      const unknown = hasUnknown(value, frame);
      if (unknown !== null) return unknown;
    }
    if (frame.cost > frame.limit) return budgetError(node.span);
  }
  if (callee.cost !== null && overspends(frame, callee.cost(...values))) return budgetError(node.span);
  return placed(callee.call(...values), node.span);
}

function overspends(frame: Frame, cost: number): boolean {
  frame.cost += cost;
  return frame.cost > frame.limit;
}

function noOverload(node: Call, values: readonly CelValue[]): CelError {
  const types = values.map(typeName);
  const given =
    node.target === null || types.length === node.args.length
      ? `${node.name}(${types.join(', ')})`
      : `${types[0]}.${node.name}(${types.slice(1).join(', ')})`;
  return misfit(node.span, `no such overload: ${given}`);
}
