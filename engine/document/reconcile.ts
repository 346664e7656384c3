import type { Value, ValueMap } from '../model.ts';
import { Unknown } from '../model.ts';

/**
 * The new value, made of the old value's objects wherever they are equal: what did not change keeps its identity, so
 * that later steps can remember what they found out about it.
 */
export function reconcile(old: Value, next: Value): Value {
  if (old === next || old === null || next === null || typeof old !== 'object' || typeof next !== 'object') return next;
  if (old instanceof Unknown || next instanceof Unknown) {
    return old instanceof Unknown && next instanceof Unknown && old.reason === next.reason ? old : next;
  }
  if (isList(old)) return isList(next) ? reconcileLists(old, next) : next;
  return isList(next) ? next : reconcileMaps(old, next);
}

function reconcileLists(old: readonly Value[], next: readonly Value[]): readonly Value[] {
  let same = old.length === next.length;
  const items = next.map((item, index) => {
    const kept = index < old.length ? reconcile(old[index]!, item) : item;
    if (!Object.is(kept, old[index])) same = false;
    return kept;
  });
  return same ? old : items;
}

function reconcileMaps(old: ValueMap, next: ValueMap): ValueMap {
  const oldKeys = Object.keys(old);
  const map: Record<string, Value> = Object.create(null);
  let same = true;
  let index = 0;
  for (const key in next) {
    const kept = key in old ? reconcile(old[key]!, next[key]!) : next[key]!;
    if (oldKeys[index++] !== key || !Object.is(kept, old[key])) same = false;
    map[key] = kept;
  }
  return same && index === oldKeys.length ? old : map;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
