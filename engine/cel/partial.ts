/** Lists and maps that hold unknowns. */
import { Unknown } from '../model.ts';
import { mapEntries } from './map.ts';
import { type CelValue, isList, isMap, Optional } from './value.ts';

/** The first unknown in a value, however deep, or null. */
export function hasUnknown(value: CelValue): Unknown | null {
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Unknown) return value;
  if (isList(value)) return firstOf(value);
  if (isMap(value)) return firstOf(mapEntries(value).map(([, inner]) => inner));
  return value instanceof Optional && value.value !== undefined ? hasUnknown(value.value) : null;
}

function firstOf(values: readonly CelValue[]): Unknown | null {
  for (const value of values) {
    const found = hasUnknown(value);
    if (found !== null) return found;
  }
  return null;
}
