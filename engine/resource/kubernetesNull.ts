import type { PartContent, Value, ValueMap } from '../model.ts';
import { isList, isMap, type Memo } from './adapter.ts';

/**
 * A part as the API server decodes it: a field that says null is a field that is not there. So a key that is just being
 * typed, without its value yet, changes no verdict. What has no null is the very same value.
 */
export function withoutNulls(content: PartContent, memo: Memo): PartContent {
  const value = cleaned(content.value, memo);
  return value === content.value ? content : memo(content, 'without nulls', () => ({ ...content, value }));
}

function cleaned(value: Value, memo: Memo): Value {
  if (!isMap(value) && !isList(value)) return value;
  return memo(value, 'without nulls', (): ValueMap | readonly Value[] =>
    isMap(value) ? cleanedMap(value, memo) : cleanedList(value, memo),
  );
}

function cleanedMap(map: ValueMap, memo: Memo): ValueMap {
  const keys = Object.keys(map);
  const kept = keys.filter((key) => map[key] !== null);
  const values = kept.map((key) => cleaned(map[key] ?? null, memo));
  if (kept.length === keys.length && values.every((value, index) => value === map[kept[index] ?? ''])) return map;
  const made: Record<string, Value> = Object.create(null);
  for (const [index, key] of kept.entries()) made[key] = values[index] ?? null;
  return made;
}

function cleanedList(list: readonly Value[], memo: Memo): readonly Value[] {
  const values = list.map((item) => cleaned(item, memo));
  return values.every((value, index) => value === list[index]) ? list : values;
}
