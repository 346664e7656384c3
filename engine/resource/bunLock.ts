/** bun.lock: an entry is a list that begins with `name@version`. https://bun.com/docs/pm/lockfile */
import type { Resource, Value, ValueMap } from '../model.ts';
import { isList, isMap, type Memo } from './adapter.ts';
import { type Locked, lockedPackages } from './lockedPackage.ts';

/** Every package that is not a folder. */
export function bunPackages(root: ValueMap, memo: Memo): readonly Resource[] {
  const entries = root.packages;
  return isMap(entries) ? lockedPackages({ root, entries, path: ['packages'] }, readEntry, memo) : [];
}

function readEntry(key: string, entry: Value): Locked | null {
  const [id, second, third, fourth] = isList(entry) ? entry : [];
  if (typeof id !== 'string') return null;
  const sign = id.indexOf('@', 1);
  const name = sign < 0 ? key : id.slice(0, sign);
  const reference = id.slice(sign + 1);
  if (/^(?:workspace|link|file|root):/.test(reference)) return null;
  if (/^\d/.test(reference)) {
    return {
      name,
      fields: {
        version: [reference, [0]],
        resolved: [second === '' ? undefined : second, [1]],
        bundled: [isMap(third) ? third.bundled : undefined, [2, 'bundled']],
        integrity: [fourth, [3]],
      },
    };
  }
  // Of what comes from git, the third is the name of a folder.
  const integrity = /^git/.test(reference) ? ([fourth, [3]] as const) : ([third, [2]] as const);
  return { name, fields: { resolved: [reference, [0]], integrity } };
}
