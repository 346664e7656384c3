import type { Value, ValueMap } from '../../model.ts';
import { Unknown } from '../../model.ts';

/**
 * Applies merge keys (`<<`): own keys win wherever they stand, then the earlier of the merged maps. A merge with
 * something unknown makes the whole map unknown, since any key may come from there.
 */
export function mergeInto(own: ValueMap, merges: readonly Value[]): ValueMap | Unknown {
  const merged: Record<string, Value> = Object.create(null);
  for (const source of merges.flatMap(mergedMaps)) {
    if (source instanceof Unknown) return source;
    for (const key of Object.keys(source)) if (!(key in merged)) merged[key] = source[key]!;
  }
  for (const key of Object.keys(own)) merged[key] = own[key]!;
  return merged;
}

function mergedMaps(value: Value): readonly (ValueMap | Unknown)[] {
  if (value instanceof Unknown) return [value];
  if (value === null || typeof value !== 'object') return [];
  if (isList(value)) return value.flatMap((item) => (isList(item) ? [] : mergedMaps(item)));
  return [value];
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
