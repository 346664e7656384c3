/** What a fix does to a value: one thing at one path. The edits that do it depend on the kind of document. */
import { type Path, Unknown, type Value, type ValueMap } from '../model.ts';

/** One change of a value. What is missing on the way to a `set` is created. */
export type Change =
  | { readonly kind: 'remove'; readonly path: Path }
  | { readonly kind: 'set'; readonly path: Path; readonly value: Value };

/** The value after a change; null where it cannot be made (a scalar stands in the way, an index is out of bounds). */
export function applyChange(root: Value, change: Change): { readonly value: Value } | null {
  return changeAt(root, change.path, change);
}

function changeAt(value: Value, [key, ...rest]: Path, change: Change): { readonly value: Value } | null {
  if (key === undefined) return change.kind === 'set' ? { value: change.value } : null;
  if (Array.isArray(value)) return changeList(value as readonly Value[], key, rest, change);
  if (value instanceof Unknown || (value !== null && typeof value !== 'object')) return null;
  if (typeof key !== 'string') return null;
  const map: ValueMap = value === null ? {} : (value as ValueMap);
  const has = Object.hasOwn(map, key);
  if (change.kind === 'remove' && !has) return null;
  const entries = Object.entries(map);
  if (change.kind === 'remove' && rest.length === 0) return { value: mapOf(entries.filter(([name]) => name !== key)) };
  const inner = changeAt(has ? (map[key] ?? null) : null, rest, change);
  if (inner === null) return null;
  return {
    value: mapOf(
      has ? entries.map(([name, old]) => [name, name === key ? inner.value : old]) : [...entries, [key, inner.value]],
    ),
  };
}

function changeList(
  list: readonly Value[],
  key: string | number,
  rest: Path,
  change: Change,
): { readonly value: Value } | null {
  if (typeof key !== 'number' || key > list.length) return null;
  if (change.kind === 'remove' && rest.length === 0)
    return key < list.length ? { value: list.toSpliced(key, 1) } : null;
  const inner = changeAt(list[key] ?? null, rest, change);
  return inner === null ? null : { value: key === list.length ? [...list, inner.value] : list.with(key, inner.value) };
}

/** Whether two values say the same: the order of a map's keys does not matter, and unknowns are alike. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Unknown || b instanceof Unknown) return a instanceof Unknown && b instanceof Unknown;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameValue(item as Value, b[index] as Value));
  }
  const left = a as ValueMap;
  const right = b as ValueMap;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key] ?? null, right[key] ?? null))
  );
}

function mapOf(entries: readonly (readonly [string, Value])[]): ValueMap {
  const map: Record<string, Value> = Object.create(null);
  for (const [key, value] of entries) map[key] = value;
  return map;
}
