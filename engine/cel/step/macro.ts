/** Macros over lists and maps, and those that name a value. */
import type { Unknown } from '../../model.ts';
import { compare } from '../equality.ts';
import { createMap, isMapKey, mapEntries } from '../map.ts';
import type { Bind, Comprehension, OptionalMap } from '../syntax/expression.ts';
import {
  type CelError,
  type CelValue,
  isMap,
  type MapKey,
  none,
  Optional,
  type Result,
  some,
  stops,
} from '../value.ts';
import { type Compiler, combine, type Frame, isExhausted, misfit, type Step } from './frame.ts';
import { boolStep } from './logic.ts';
import { isRounds, type Loop, loopOf } from './range.ts';

export function comprehensionStep(compiler: Compiler, node: Comprehension): Step {
  switch (node.macro) {
    case 'all':
      return quantifierStep(compiler, node, 'all');
    case 'exists':
      return quantifierStep(compiler, node, 'exists');
    case 'existsOne':
      return existsOneStep(compiler, node);
    case 'filter':
      return filterStep(compiler, node);
    case 'map':
    case 'transformList':
      return listTransformStep(compiler, node);
    case 'transformMap':
    case 'transformMapEntry':
      return mapTransformStep(compiler, node);
    case 'sortBy':
      return sortStep(compiler, node);
  }
}

/** `all` is a long `&&`, `exists` a long `||`: an element that decides makes errors of others irrelevant. */
function quantifierStep(compiler: Compiler, node: Comprehension, macro: 'all' | 'exists'): Step {
  const loop = loopOf(compiler, node);
  const predicate = compiler.step(node.body);
  const error = misfit(node.body.span, `${macro} takes a bool`);
  const decisive = macro === 'exists';
  return (frame) => {
    const rounds = loop.open(frame);
    if (!isRounds(rounds)) return rounds;
    let stop: CelError | Unknown | null = null;
    for (let round = 0; round < rounds.length; round++) {
      if (!loop.enter(frame, rounds, round)) return loop.exhausted;
      const value = predicate(frame);
      if (value === decisive) return decisive;
      if (typeof value === 'boolean') continue;
      stop = combine(stop, stops(value) ? value : error);
      if (isExhausted(stop)) return stop;
    }
    return stop ?? !decisive;
  };
}

/** Runs the rounds whose filter holds; `visit` ends the run by returning something. */
function run(
  loop: Loop,
  frame: Frame,
  filter: Step | null,
  visit: (round: number) => Result | undefined,
): Result | undefined {
  const rounds = loop.open(frame);
  if (!isRounds(rounds)) return rounds;
  for (let round = 0; round < rounds.length; round++) {
    if (!loop.enter(frame, rounds, round)) return loop.exhausted;
    const kept = filter === null ? true : filter(frame);
    if (kept === false) continue;
    const ended = kept === true ? visit(round) : kept;
    if (ended !== undefined) return ended;
  }
  return undefined;
}

/** Every element counts here, so an error of any is the result. */
function existsOneStep(compiler: Compiler, node: Comprehension): Step {
  const loop = loopOf(compiler, node);
  const predicate = boolStep(compiler, node.body, 'exists_one');
  return (frame) => {
    let count = 0;
    const ended = run(loop, frame, predicate, () => {
      count++;
      return undefined;
    });
    return ended === undefined ? count === 1 : ended;
  };
}

function filterStep(compiler: Compiler, node: Comprehension): Step {
  const loop = loopOf(compiler, node);
  const predicate = boolStep(compiler, node.body, 'filter');
  const slot = firstSlot(compiler, node);
  return (frame) => {
    const kept: CelValue[] = [];
    const ended = run(loop, frame, predicate, () => {
      kept.push(frame.slots[slot] as CelValue);
      return undefined;
    });
    return ended === undefined ? kept : ended;
  };
}

function listTransformStep(compiler: Compiler, node: Comprehension): Step {
  const loop = loopOf(compiler, node);
  const filter = filterOf(compiler, node);
  const body = compiler.step(node.body);
  return (frame) => {
    const made: CelValue[] = [];
    const ended = run(loop, frame, filter, () => {
      const value = body(frame);
      if (stops(value)) return value;
      made.push(value);
      return undefined;
    });
    return ended === undefined ? made : ended;
  };
}

function mapTransformStep(compiler: Compiler, node: Comprehension): Step {
  const loop = loopOf(compiler, node);
  const filter = filterOf(compiler, node);
  const body = compiler.step(node.body);
  const slot = firstSlot(compiler, node);
  const notMap = misfit(node.body.span, 'transformMapEntry takes a map');
  const repeated = misfit(node.span, 'a key comes twice');
  return (frame) => {
    const pairs: (readonly [MapKey, CelValue])[] = [];
    const ended = run(loop, frame, filter, () => {
      const value = body(frame);
      if (stops(value)) return value;
      if (node.macro === 'transformMap') pairs.push([frame.slots[slot] as MapKey, value]);
      else if (isMap(value)) for (const entry of mapEntries(value)) pairs.push(entry);
      else return notMap;
      return undefined;
    });
    if (ended !== undefined) return ended;
    return pairs.every(([key]) => isMapKey(key)) ? (createMap(pairs) ?? repeated) : repeated;
  };
}

/** Stable; the keys must all be of one type that has an order. */
function sortStep(compiler: Compiler, node: Comprehension): Step {
  const loop = loopOf(compiler, node);
  const key = compiler.step(node.body);
  const slot = firstSlot(compiler, node);
  const unordered = misfit(node.body.span, 'sortBy takes keys of one type that has an order');
  return (frame) => {
    const keyed: { readonly key: CelValue; readonly value: CelValue }[] = [];
    const ended = run(loop, frame, null, () => {
      const value = key(frame);
      if (stops(value)) return value;
      keyed.push({ key: value, value: frame.slots[slot] as CelValue });
      return undefined;
    });
    if (ended !== undefined) return ended;
    const [first] = keyed;
    if (first === undefined) return [];
    frame.cost += keyed.length * Math.log2(keyed.length);
    if (keyed.some((one) => compare(first.key, one.key) === null)) return unordered;
    return keyed.sort((a, b) => compare(a.key, b.key) ?? 0).map((one) => one.value);
  };
}

function filterOf(compiler: Compiler, node: Comprehension): Step | null {
  return node.filter === null ? null : boolStep(compiler, node.filter, 'the filter');
}

function firstSlot(compiler: Compiler, node: Comprehension): number {
  const [variable] = node.variables;
  return (variable && compiler.notes.slots.get(variable)) ?? 0;
}

/** An error or unknown that is named matters only where the name is used. */
export function bindStep(compiler: Compiler, node: Bind): Step {
  const slot = compiler.notes.slots.get(node.variable) ?? 0;
  const value = compiler.step(node.value);
  const body = compiler.step(node.body);
  return (frame) => {
    frame.slots[slot] = value(frame);
    return body(frame);
  };
}

export function optionalMapStep(compiler: Compiler, node: OptionalMap): Step {
  const slot = compiler.notes.slots.get(node.variable) ?? 0;
  const operand = compiler.step(node.operand);
  const body = compiler.step(node.body);
  const notOptional = misfit(node.operand.span, `${node.macro} is of an optional`);
  const flat = misfit(node.body.span, 'optFlatMap takes an optional');
  return (frame) => {
    const value = operand(frame);
    if (stops(value)) return value;
    if (!(value instanceof Optional)) return notOptional;
    if (value.value === undefined) return none;
    frame.slots[slot] = value.value;
    const made = body(frame);
    if (stops(made)) return made;
    if (node.macro === 'optMap') return some(made);
    return made instanceof Optional ? made : flat;
  };
}
