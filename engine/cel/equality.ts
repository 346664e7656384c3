/** Equality and order as the specification has them: numbers by their mathematical value, across types. */
import { Unknown } from '../model.ts';
import { mapEntries, mapGet, mapSize } from './map.ts';
import { compareText } from './text.ts';
import {
  Bytes,
  type CelValue,
  Double,
  Duration,
  isList,
  isMap,
  type ListValue,
  type MapValue,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
} from './value.ts';

/** Counts what a walk through deep values touches; beyond the limit it is given up, and its result means nothing. */
export interface Work {
  cost: number;
  readonly limit: number;
}

/** For walks that no budget of an evaluation pays for. */
function freshWork(): Work {
  return { cost: 0, limit: 1_000_000 };
}

/**
 * Whether two values are equal; values of different types are not. Unknown where the answer depends on an unknown:
 * compare with `=== true`.
 */
export function equals(left: CelValue, right: CelValue, work: Work = freshWork()): boolean | Unknown {
  if (left === right) return typeof left !== 'object' || left === null || equalsItself(left, work);
  if (typeof left !== 'object' && typeof right !== 'object')
    return compareNumbers(numberOf(left), numberOf(right)) === 0;
  if (left instanceof Unknown) return left;
  if (right instanceof Unknown) return right;
  if (isList(left)) return isList(right) && equalLists(left, right, work);
  const number = numberOf(left);
  if (number !== null) return compareNumbers(number, numberOf(right)) === 0;
  if (isMap(left)) return isMap(right) && equalMaps(left, right, work);
  return equalObjects(left, right, work);
}

/**
 * The order of two values of one type (numbers: of any types): negative, 0 or positive; NaN where one is NaN; null
 * where there is no order.
 */
export function compare(left: CelValue, right: CelValue): number | null {
  if (typeof left === 'string') return typeof right === 'string' ? compareText(left, right) : null;
  const number = numberOf(left);
  if (number !== null) {
    const other = numberOf(right);
    return other === null ? null : compareNumbers(number, other);
  }
  if (typeof left === 'boolean') return typeof right === 'boolean' ? Number(left) - Number(right) : null;
  if (left instanceof Timestamp) return right instanceof Timestamp ? order(left.nanoseconds, right.nanoseconds) : null;
  if (left instanceof Duration) return right instanceof Duration ? order(left.nanoseconds, right.nanoseconds) : null;
  return left instanceof Bytes && right instanceof Bytes ? compareBytes(left.value, right.value) : null;
}

/** The same object: equal, unless there is a NaN or an unknown in it. */
function equalsItself(value: object, work: Work): boolean | Unknown {
  if (value instanceof Unknown) return value;
  if (value instanceof Double) return true;
  if (isList(value as CelValue)) return equalLists(value as ListValue, value as ListValue, work);
  return isMap(value as CelValue) ? equalMaps(value as MapValue, value as MapValue, work) : true;
}

function equalLists(left: ListValue, right: ListValue, work: Work): boolean | Unknown {
  if (left.length !== right.length) return false;
  let unknown: Unknown | null = null;
  for (let at = 0; at < left.length; at++) {
    if (++work.cost > work.limit) return false;
    const same = equals(left[at] as CelValue, right[at] as CelValue, work);
    if (same === false) return false;
    if (same !== true) unknown = same;
  }
  return unknown ?? true;
}

function equalMaps(left: MapValue, right: MapValue, work: Work): boolean | Unknown {
  if (mapSize(left) !== mapSize(right)) return false;
  let unknown: Unknown | null = null;
  for (const [key, value] of mapEntries(left)) {
    work.cost++;
    const other = mapGet(right, key);
    const same = other === undefined ? false : equals(value, other, work);
    if (same === false) return false;
    if (same !== true) unknown = same;
  }
  return unknown ?? true;
}

function equalObjects(left: CelValue, right: CelValue, work: Work): boolean | Unknown {
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanoseconds === right.nanoseconds;
  if (left instanceof Duration) return right instanceof Duration && left.nanoseconds === right.nanoseconds;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof Bytes) return right instanceof Bytes && compareBytes(left.value, right.value) === 0;
  if (left instanceof Opaque) return right instanceof Opaque && left.typeName === right.typeName && left.equals(right);
  if (!(left instanceof Optional) || !(right instanceof Optional)) return false;
  if (left.value === undefined || right.value === undefined) return left.value === right.value;
  return equals(left.value, right.value, work);
}

function numberOf(value: CelValue): number | bigint | null {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof Double || value instanceof Uint ? value.value : null;
}

/** By mathematical value, except that an int beyond 2^53 meets a double as the nearest double, as in other CELs. */
function compareNumbers(left: number | bigint | null, right: number | bigint | null): number {
  if (left === null || right === null || Number.isNaN(left) || Number.isNaN(right)) return Number.NaN;
  if (typeof left === typeof right) return left < right ? -1 : left > right ? 1 : 0;
  const difference = Number(left) - Number(right);
  return Number.isNaN(difference) ? 0 : Math.sign(difference);
}

function order(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
