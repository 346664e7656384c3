/**
 * The lists extension of CEL (https://github.com/google/cel-go/tree/master/ext#lists), `first` and `last` of its
 * optionals, and Kubernetes' list library (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library).
 * `sortBy` is a macro and lives with the macros.
 */
import { Unknown } from '../../model.ts';
import { compare, equals } from '../equality.ts';
import type { FunctionDeclaration } from '../function.ts';
import { calculate } from '../number.ts';
import { bool, dyn, int, list, optional, parameter } from '../type.ts';
import {
  CelError,
  type CelValue,
  celError,
  Duration,
  type Int,
  isList,
  type ListValue,
  none,
  type Result,
  some,
} from '../value.ts';
import { func, listCost, method, noOverload } from './declare.ts';

const T = parameter('T');

/** The most elements that one call may make. */
const longestList = 100_000;

export const lists: readonly FunctionDeclaration[] = [
  method('slice', { parameters: [list(T), int, int], result: list(T), cost: listCost, call: slice }),
  method(
    'flatten',
    { parameters: [list(dyn)], result: list(dyn), cost: listCost, call: (items: ListValue) => flatten(items, 1) },
    { parameters: [list(dyn), int], result: list(dyn), cost: listCost, call: flatten },
  ),
  func('lists.range', { parameters: [int], result: list(int), cost: Number, call: range }),
  method('reverse', {
    parameters: [list(T)],
    result: list(T),
    cost: listCost,
    call: (items: ListValue) => items.toReversed(),
  }),
  method('sort', { parameters: [list(T)], result: list(T), cost: sortCost, call: sort }),
  method('distinct', { parameters: [list(T)], result: list(T), cost: pairCost, call: distinct }),
  method('first', { parameters: [list(T)], result: optional(T), call: (items: ListValue) => at(items, 0) }),
  method('last', {
    parameters: [list(T)],
    result: optional(T),
    call: (items: ListValue) => at(items, items.length - 1),
  }),
  method('isSorted', { parameters: [list(T)], result: bool, cost: listCost, call: isSorted }),
  method('sum', { parameters: [list(T)], result: T, cost: listCost, call: sum }),
  method('min', {
    parameters: [list(T)],
    result: T,
    cost: listCost,
    call: (items: ListValue) => extreme(items, 'min'),
  }),
  method('max', {
    parameters: [list(T)],
    result: T,
    cost: listCost,
    call: (items: ListValue) => extreme(items, 'max'),
  }),
  method('indexOf', { parameters: [list(T), T], result: int, cost: listCost, call: indexOf }),
  method('lastIndexOf', { parameters: [list(T), T], result: int, cost: listCost, call: lastIndexOf }),
];

function slice(items: ListValue, start: Int, end: Int): Result {
  if (start < 0 || end < 0) return celError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end)
    return celError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (end > items.length) return celError(`cannot slice(${start}, ${end}), list is length ${items.length}`);
  return items.slice(Number(start), Number(end));
}

function flatten(items: ListValue, depth: Int): Result {
  if (depth < 0) return celError('level must be non-negative');
  const flat: CelValue[] = [];
  const isShort = push(items, Math.min(Number(depth), 100), flat);
  return isShort ? flat : tooLong();
}

function push(items: ListValue, depth: number, into: CelValue[]): boolean {
  for (const item of items) {
    if (into.length >= longestList) return false;
    if (depth === 0 || !isList(item)) into.push(item);
    else if (!push(item, depth - 1, into)) return false;
  }
  return true;
}

function range(count: Int): Result {
  if (count > longestList) return tooLong();
  return Array.from({ length: Math.max(0, Number(count)) }, (_, index) => index);
}

function sortCost(items: ListValue): number {
  return items.length * Math.max(1, Math.log2(items.length + 1));
}

function sort(items: ListValue): Result {
  const first = items[0];
  if (first === undefined) return items;
  let comparable = true;
  const sorted = items.toSorted((a, b) => {
    const order = compare(a, b);
    comparable &&= order !== null && typeof a === typeof b;
    return order ?? 0;
  });
  if (items.length === 1) comparable = compare(first, first) !== null;
  return comparable ? sorted : celError('list elements must be comparable and have the same type');
}

function pairCost(items: ListValue): number {
  return items.every(isScalar) ? items.length : (items.length * items.length) / 2;
}

function distinct(items: ListValue): Result {
  const seen = new Set<CelValue>();
  const kept: CelValue[] = [];
  for (const item of items) {
    if (isScalar(item) ? seen.has(item) : kept.some((other) => equals(other, item) === true)) continue;
    seen.add(item);
    kept.push(item);
  }
  return kept;
}

/** Whether JavaScript's equality of keys is CEL's among such values. */
function isScalar(value: CelValue): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function at(items: ListValue, index: number): Result {
  const item = items[index];
  return item === undefined ? none : some(item);
}

function isSorted(items: ListValue): Result {
  for (let index = 1; index < items.length; index++) {
    const order = compare(items[index - 1] as CelValue, items[index] as CelValue);
    if (order === null) return noOverload();
    if (order > 0) return false;
  }
  return true;
}

/** The sum of an empty list is the int 0. */
function sum(items: ListValue): Result {
  const [first, ...rest] = items;
  if (first === undefined) return 0;
  let total: Result = first;
  if (!(first instanceof Duration) && calculate('+', first, first) === null) return noOverload();
  for (const item of rest) {
    if (total instanceof CelError || total instanceof Unknown) return total;
    total = total instanceof Duration ? sumDurations(total, item) : (calculate('+', total, item) ?? noOverload());
  }
  return total;
}

function sumDurations(total: Duration, item: CelValue): Result {
  return item instanceof Duration ? new Duration(total.nanoseconds + item.nanoseconds) : noOverload();
}

function extreme(items: ListValue, which: 'min' | 'max'): Result {
  let best = items[0];
  if (best === undefined) return celError(`${which} called on empty list`);
  for (const item of items) {
    const order = compare(item, best);
    if (order === null) return noOverload();
    if (which === 'min' ? order < 0 : order > 0) best = item;
  }
  return best;
}

function indexOf(items: ListValue, value: CelValue): Result {
  return items.findIndex((item) => equals(item, value) === true);
}

function lastIndexOf(items: ListValue, value: CelValue): Result {
  return items.findLastIndex((item) => equals(item, value) === true);
}

function tooLong(): CelError {
  return celError(`the list has more than ${longestList} elements`);
}
