/** npm: package.json, the lock file with every entry in it, and .npmrc. */
import { bool, dyn, int, list, map, object, openObject, string, type Type } from '../cel/type.ts';
import type { Path, Resource, Value, ValueMap } from '../model.ts';
import { type Adapter, isMap, type Memo, type Source, withFields } from './adapter.ts';
import { readNpmConfig } from './npmConfig.ts';
import { lockedShape, packageShape, shaped } from './shape.ts';

const text = map(string, string);
const manifest: Type = openObject('Package', {
  bundleDependencies: dyn,
  bundledDependencies: dyn,
  dependencies: text,
  devDependencies: text,
  name: string,
  optionalDependencies: text,
  overrides: map(string, dyn),
  peerDependencies: text,
  private: bool,
  publishConfig: map(string, dyn),
  resolutions: text,
  scripts: text,
  version: string,
});
const lock: Type = openObject('Lock', {
  lockfileVersion: int,
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
const config: Type = object('NpmConfig', { entries: list(object('NpmSetting', { key: string, value: string })) });

/** `npm.package`, `.lock`, `.locked` and `.config`. */
export const npmAdapter: Adapter = {
  kinds: [
    { kind: 'npm.package', description: 'A package.json.', self: manifest, relatives: { object: manifest } },
    {
      kind: 'npm.lock',
      description: 'A package-lock.json or npm-shrinkwrap.json.',
      self: lock,
      relatives: { object: lock },
    },
    {
      kind: 'npm.locked',
      description:
        'A package in a lock file of any version; not the root, and no workspace of it. `name` is its name, `location` where it is installed.',
      self: locked,
      relatives: { object: lock },
    },
  ],
  lift,
};

/** `npm.config`. */
export const npmConfigAdapter: Adapter = {
  kinds: [
    {
      kind: 'npm.config',
      description: 'An .npmrc; a value with `${VARIABLE}` in it is unknown.',
      self: config,
      relatives: { object: config },
    },
  ],
  read: ({ document, part, memo }) =>
    fileName(document.file.path) === '.npmrc' ? memo(part.content, 'npmrc', () => readNpmConfig(part.content)) : null,
  lift: ({ part }) => [whole('npm.config', '.npmrc', part.content.value)],
};

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function whole(kind: string, name: string, self: Value): Resource {
  return { kind, name, identity: kind, path: [], self, relatives: { object: self } };
}

function lift({ document, part, memo }: Source): readonly Resource[] {
  const root = part.content.value;
  if (document.kind !== 'json' || !isMap(root)) return [];
  const name = fileName(document.file.path);
  if (name === 'package.json') {
    const self = shaped(root, packageShape, memo) as ValueMap;
    return [whole('npm.package', `package ${typeof self.name === 'string' ? self.name : name}`, self)];
  }
  if (name !== 'package-lock.json' && name !== 'npm-shrinkwrap.json') return [];
  return [whole('npm.lock', name, root), ...lockedPackages(root, memo)];
}

function lockedPackages(root: ValueMap, memo: Memo): readonly Resource[] {
  const packages = root.packages;
  if (!isMap(packages)) return nested(root, root, [], memo);
  return Object.entries(packages).flatMap(([location, entry]) => {
    const at = location.lastIndexOf('node_modules/');
    if (at < 0 || !isMap(entry)) return [];
    const name = location.slice(at + 'node_modules/'.length);
    return [lockedPackage(root, entry, { name, location, path: ['packages', location], memo })];
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
    return [lockedPackage(root, entry, { name, location, path: at, memo }), ...nested(root, entry, at, memo)];
  });
}

interface Placed {
  readonly name: string;
  readonly location: string;
  readonly path: Path;
  readonly memo: Memo;
}

function lockedPackage(root: ValueMap, entry: ValueMap, { name, location, path, memo }: Placed): Resource {
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
