/** The packages of lock files that are not npm's: what their entries say, under the names that npm has for it. */
import type { Path, Resource, Value, ValueMap } from '../model.ts';
import { type Memo, withFields } from './adapter.ts';
import { lockedShape, shaped } from './shape.ts';

/** What an entry says. */
export interface Locked {
  readonly name: string;
  /** Each with its place within the entry: empty where the key of the entry says it. One without a value is left out. */
  readonly fields: Readonly<Record<string, readonly [value: Value | undefined, at: Path]>>;
}

/** The entries of a lock file, and where they stand in it. */
export interface Entries {
  readonly root: ValueMap;
  readonly entries: ValueMap;
  readonly path: Path;
}

/** The resources of entries. `read` depends on its arguments alone; it gives null for what is no package from elsewhere. */
export function lockedPackages(
  { root, entries, path }: Entries,
  read: (key: string, entry: Value) => Locked | null,
  memo: Memo,
): readonly Resource[] {
  const relatives = { object: root };
  const resources: Resource[] = [];
  for (const [key, entry] of Object.entries(entries)) {
    if (typeof entry !== 'object' || entry === null) continue;
    const { made } = memo(entry, key, () => ({ made: madeOf(key, read(key, entry), memo) }));
    if (made !== null) resources.push({ ...made, path: [...path, key], relatives });
  }
  return resources;
}

function madeOf(location: string, locked: Locked | null, memo: Memo): Omit<Resource, 'path' | 'relatives'> | null {
  if (locked === null) return null;
  const { name } = locked;
  const told = Object.entries(locked.fields).flatMap(([field, [value, at]]) =>
    value === undefined ? [] : [[field, value, at] as const],
  );
  const values = Object.fromEntries(told.map(([field, value]) => [field, value]));
  const places = Object.fromEntries(told.map(([field, , at]) => [field, at]));
  const self = withFields(shaped(values, lockedShape, memo) as ValueMap, { name, location });
  return { kind: 'npm.locked', name, identity: location, self, derived: { ...places, name: [], location: [] } };
}
