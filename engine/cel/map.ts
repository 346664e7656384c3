/** Maps in both their forms: objects without a prototype, and {@link CelMap}. */
import { CelMap, type CelValue, Double, type MapKey, type MapValue, Uint } from './value.ts';

/** The value at a key, or undefined. Numeric keys match across types when mathematically equal. */
export function mapGet(map: MapValue, key: CelValue): CelValue | undefined {
  if (map instanceof CelMap) {
    const normal = normalKey(key);
    return normal === undefined ? undefined : map.entries.get(normal)?.value;
  }
  if (typeof key !== 'string' || !Object.hasOwn(map, key)) return undefined;
  return (map as { readonly [key: string]: CelValue })[key];
}

export function mapSize(map: MapValue): number {
  return map instanceof CelMap ? map.entries.size : Object.keys(map).length;
}

export function mapKeys(map: MapValue): readonly MapKey[] {
  return map instanceof CelMap ? [...map.entries.values()].map((entry) => entry.key) : Object.keys(map);
}

/** The entries in order of insertion. */
export function mapEntries(map: MapValue): readonly (readonly [MapKey, CelValue])[] {
  if (map instanceof CelMap) return [...map.entries.values()].map((entry) => [entry.key, entry.value] as const);
  return Object.entries(map as { readonly [key: string]: CelValue });
}

/** A map of entries with distinct keys, in the plain form where all keys are strings. Null when a key comes twice. */
export function createMap(entries: readonly (readonly [MapKey, CelValue])[]): MapValue | null {
  if (entries.every(([key]) => typeof key === 'string'))
    return createPlainMap(entries as readonly (readonly [string, CelValue])[]);
  const found = new Map<string | boolean | number | bigint, { key: MapKey; value: CelValue }>();
  for (const [key, value] of entries) {
    const normal = normalKey(key);
    if (normal === undefined || found.has(normal)) return null;
    found.set(normal, { key, value });
  }
  return new CelMap(found);
}

/** Whether a value may be the key of a map: a string, bool, int or uint. */
export function isMapKey(value: CelValue): value is MapKey {
  return (
    value instanceof Uint || ((typeof value !== 'number' || Number.isSafeInteger(value)) && typeof value !== 'object')
  );
}

function createPlainMap(entries: readonly (readonly [string, CelValue])[]): MapValue | null {
  const map: Record<string, CelValue> = Object.create(null);
  for (const [key, value] of entries) {
    if (Object.hasOwn(map, key)) return null;
    map[key] = value;
  }
  return map;
}

function normalKey(key: CelValue): string | boolean | number | bigint | undefined {
  if (typeof key === 'object') {
    if (key instanceof Uint) return key.value <= 9007199254740991n ? Number(key.value) : key.value;
    return key instanceof Double ? key.value + 0 : undefined;
  }
  return key;
}
