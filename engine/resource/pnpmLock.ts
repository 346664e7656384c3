/** pnpm-lock.yaml, of all versions since 5. https://github.com/pnpm/spec/tree/master/lockfile */
import type { Resource, Value, ValueMap } from '../model.ts';
import { isMap, type Memo } from './adapter.ts';
import { type Locked, lockedPackages } from './lockedPackage.ts';

/** Every package that does not come from a folder. */
export function pnpmPackages(root: ValueMap, memo: Memo): readonly Resource[] {
  const entries = root.packages;
  return isMap(entries) ? lockedPackages({ root, entries, path: ['packages'] }, readEntry, memo) : [];
}

function readEntry(key: string, entry: Value): Locked | null {
  if (!isMap(entry)) return null;
  const resolution = isMap(entry.resolution) ? entry.resolution : {};
  if (resolution.type === 'directory') return null;
  const { name, version } = readKey(key);
  return {
    name: typeof entry.name === 'string' ? entry.name : name,
    fields: {
      version: entry.version === undefined ? [version, []] : [entry.version, ['version']],
      resolved:
        resolution.type === 'git'
          ? [`git+${resolution.repo}#${resolution.commit}`, ['resolution', 'commit']]
          : [resolution.tarball, ['resolution', 'tarball']],
      integrity: [resolution.integrity, ['resolution', 'integrity']],
      hasInstallScript: [entry.requiresBuild, ['requiresBuild']],
      dev: [entry.dev, ['dev']],
      optional: [entry.optional, ['optional']],
    },
  };
}

/** Versions 5, and those since; a registry that is not the default may stand before the name. */
const slashed = /^[^/@]*\/((?:@[^/]+\/)?[^/@]+)\/(\d[^/_(]*)/;
const withSign = /^\/?(?:[^/@]+\/)?((?:@[^/@]+\/)?[^/@]+)@(\d[^(]*)/;

/** A key that names no version (`a@https://…`) still begins with the name. */
function readKey(key: string): { readonly name: string; readonly version: string | undefined } {
  const [, name, version] = slashed.exec(key) ?? withSign.exec(key) ?? [];
  if (name !== undefined) return { name, version };
  const sign = key.indexOf('@', 1);
  return { name: sign < 0 ? key : key.slice(0, sign), version: undefined };
}
