/** npm: package.json and .npmrc. */
import { bool, dyn, list, map, object, openObject, string, type Type } from '../cel/type.ts';
import type { Resource, Value, ValueMap } from '../model.ts';
import { type Adapter, isMap, type Source } from './adapter.ts';
import { readNpmConfig } from './npmConfig.ts';
import { packageShape, shaped } from './shape.ts';

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
const config: Type = object('NpmConfig', { entries: list(object('NpmSetting', { key: string, value: string })) });

/** `npm.package`. */
export const npmAdapter: Adapter = {
  kinds: [{ kind: 'npm.package', description: 'A package.json.', self: manifest, relatives: { object: manifest } }],
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
  if (fileName(document.file.path) !== 'package.json') return [];
  const self = shaped(root, packageShape, memo) as ValueMap;
  return [whole('npm.package', `package ${typeof self.name === 'string' ? self.name : 'package.json'}`, self)];
}
