/** Lists and maps that hold unknowns. */
import { Unknown } from '../model.ts';
import type { Work } from './equality.ts';
import { mapEntries } from './map.ts';
import { type CelValue, isList, isMap, Optional } from './value.ts';

/** The first unknown in a value, however deep, or null; null also when the work is too much. */
export function hasUnknown(value: CelValue, work: Work): Unknown | null {
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Unknown) return value;
  if (isList(value)) return firstOf(value, work);
  if (isMap(value))
    return firstOf(
      mapEntries(value).map(([, inner]) => inner),
      work,
    );
  return value instanceof Optional && value.value !== undefined ? hasUnknown(value.value, work) : null;
}

function firstOf(values: readonly CelValue[], work: Work): Unknown | null {
  work.cost += values.length / 4;
  if (work.cost > work.limit) return null;
  for (const value of values) {
    const found = hasUnknown(value, work);
    if (found !== null) return found;
  }
  return null;
}

/** Counts what a value is made of, the same part each time that it comes, until the limit. */
export function sizeUp(value: CelValue, work: Work): void {
  if (typeof value !== 'object' || value === null || work.cost > work.limit) return;
  const inner = isList(value) ? value : isMap(value) ? mapEntries(value).map(([, one]) => one) : [];
  work.cost += inner.length / 4;
  for (const one of inner) sizeUp(one, work);
}
