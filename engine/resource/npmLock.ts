/** Lock files of npm, pnpm, Yarn and Bun: every package in them, in npm's words. */
import { bool, dyn, map, openObject, string, type Type } from '../cel/type.ts';
import type { Path, Resource, ValueMap } from '../model.ts';
import { type Adapter, isMap, type Memo, type Source, withFields } from './adapter.ts';
import { bunPackages } from './bunLock.ts';
import { pnpmPackages } from './pnpmLock.ts';
import { lockedShape, shaped } from './shape.ts';
import { yarnPackages } from './yarnLock.ts';

const lock: Type = openObject('Lock', {
  lockfileVersion: dyn,
  name: string,
  packages: map(string, dyn),
  version: string,
});
const locked: Type = openObject('LockedPackage', {
  bundled: bool,
  dev: bool,
  hasInstallScript: bool,
  inBundle: bool,
  integrity: string,
  link: bool,
  location: string,
  name: string,
  optional: bool,
  resolved: string,
  version: string,
});

/** `npm.lock` and `npm.locked`. */
export const npmLockAdapter: Adapter = {
  kinds: [
    {
      kind: 'npm.lock',
      description: 'A package-lock.json or npm-shrinkwrap.json.',
      self: lock,
      relatives: { object: lock },
    },
    {
      kind: 'npm.locked',
      description:
        'A package in a package-lock.json of any version, pnpm-lock.yaml, yarn.lock or bun.lock; not the root, and no workspace of it. `name` is its own name, whatever alias it has; `location` is where npm installs it, elsewhere its key. The fields are called as npm calls them, and missing where a file does not say them: pnpm, Yarn 2 and Bun give an address only to what does not come from the default registry.',
      self: locked,
      relatives: { object: lock },
    },
  ],
  lift,
};

function lift({ document, part, memo }: Source): readonly Resource[] {
  const { path } = document.file;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const root = part.content.value;
  if (!isMap(root)) return [];
  if (name !== 'package-lock.json' && name !== 'npm-shrinkwrap.json') return readers.get(name)?.(root, memo) ?? [];
  const whole = { kind: 'npm.lock', name, identity: 'npm.lock', path: [], self: root, relatives: { object: root } };
  return [whole, ...installed(root, memo)];
}

const readers: ReadonlyMap<string, (root: ValueMap, memo: Memo) => readonly Resource[]> = new Map([
  ['pnpm-lock.yaml', pnpmPackages],
  ['yarn.lock', yarnPackages],
  ['bun.lock', bunPackages],
]);

function installed(root: ValueMap, memo: Memo): readonly Resource[] {
  const packages = root.packages;
  if (!isMap(packages)) return nested(root, root, [], memo);
  return Object.entries(packages).flatMap(([location, entry]) => {
    const at = location.lastIndexOf('node_modules/');
    if (at < 0 || !isMap(entry)) return [];
    const name = location.slice(at + 'node_modules/'.length);
    return [npmPackage(root, entry, { name, location, path: ['packages', location], memo })];
  });
}

const maxDepth = 50;

/** Version 1 of the lock file nests what is installed below a package in it. */
function nested(root: ValueMap, holder: ValueMap, path: Path, memo: Memo): readonly Resource[] {
  const dependencies = holder.dependencies;
  if (!isMap(dependencies) || path.length > 2 * maxDepth) return [];
  return Object.entries(dependencies).flatMap(([name, entry]) => {
    if (!isMap(entry)) return [];
    const at = [...path, 'dependencies', name];
    const location = at
      .filter((_, index) => index % 2 === 1)
      .map((part) => `node_modules/${part}`)
      .join('/');
    return [npmPackage(root, entry, { name, location, path: at, memo }), ...nested(root, entry, at, memo)];
  });
}

interface Placed {
  readonly name: string;
  readonly location: string;
  readonly path: Path;
  readonly memo: Memo;
}

function npmPackage(root: ValueMap, entry: ValueMap, { name, location, path, memo }: Placed): Resource {
  return {
    kind: 'npm.locked',
    name,
    identity: location,
    path,
    // An alias (`npm:other@1`) has the real name in the entry.
    self: memo(entry, location, () =>
      withFields(shaped(entry, lockedShape, memo) as ValueMap, {
        name: typeof entry.name === 'string' ? entry.name : name,
        location,
      }),
    ),
    relatives: { object: root },
    derived: { name: [], location: [] },
  };
}
