/** Fields, elements and keys of values. Only own properties of plain maps are fields, whatever they are called. */
import { mapGet } from './map.ts';
import {
  type CelError,
  CelMap,
  type CelValue,
  celError,
  Double,
  isInt,
  isMap,
  isPlainMap,
  type Result,
  Uint,
} from './value.ts';

/** There is no such field, key or element. */
export const missing: unique symbol = Symbol('missing');

/** A map without a prototype, on which any property that can be read is a field. All that has one descends from Object. */
export function isPlain(value: Result): value is { readonly [key: string]: CelValue } {
  return typeof value === 'object' && value !== null && !(value instanceof Object);
}

/** A field of a map; missing also where the value has no fields at all. */
export function lookUpField(value: CelValue, field: string): CelValue | typeof missing {
  if (isPlain(value)) {
    const found = value[field];
    return found === undefined ? missing : found;
  }
  if (value instanceof CelMap) return mapGet(value, field) ?? (mapGet(value, field) === null ? null : missing);
  if (typeof value !== 'object' || value === null || !isPlainMap(value) || !Object.hasOwn(value, field)) return missing;
  return value[field] as CelValue;
}

/** An element of a list or the value at a key of a map; an error where the one has no index like the other. */
export function lookUp(value: CelValue, key: CelValue): CelValue | CelError | typeof missing {
  if (Array.isArray(value)) return element(value, key);
  if (!isMap(value)) return celError('only lists and maps have an index');
  if (
    typeof key === 'string' ||
    typeof key === 'boolean' ||
    isInt(key) ||
    key instanceof Uint ||
    key instanceof Double
  ) {
    const found = mapGet(value, key);
    return found === undefined ? missing : found;
  }
  return typeof key === 'number' ? missing : celError('this type cannot be a key');
}

function element(list: readonly CelValue[], key: CelValue): CelValue | CelError | typeof missing {
  const at = indexOf(key);
  if (at === null) return celError('the index of a list is an int');
  const found = at >= 0 && at < list.length ? list[at] : undefined;
  return found === undefined ? missing : found;
}

function indexOf(key: CelValue): number | null {
  if (typeof key === 'number') return Number.isSafeInteger(key) ? key : null;
  if (key instanceof Double) return key.value;
  if (typeof key === 'bigint') return -1;
  return key instanceof Uint ? Number(key.value) : null;
}
