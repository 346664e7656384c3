/** What people write for npm, pnpm and Yarn: manifests and settings. */
import { bool, dyn, list, map, object, openObject, string, type Type } from '../cel/type.ts';
import type { PartContent, Resource, Value, ValueMap } from '../model.ts';
import { type Adapter, isMap, type Source } from './adapter.ts';
import { readNpmConfig, readYamlConfig } from './npmConfig.ts';
import { packageShape, shaped, workspaceShape } from './shape.ts';

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
const workspace: Type = openObject('Workspace', {
  catalog: text,
  catalogs: map(string, dyn),
  overrides: map(string, dyn),
  packages: list(string),
});
const config: Type = object('NpmConfig', { entries: list(object('NpmSetting', { key: string, value: string })) });

/** `npm.package` and `.workspace`. */
export const npmAdapter: Adapter = {
  kinds: [
    { kind: 'npm.package', description: 'A package.json.', self: manifest, relatives: { object: manifest } },
    {
      kind: 'npm.workspace',
      description: 'A pnpm-workspace.yaml.',
      self: workspace,
      relatives: { object: workspace },
    },
  ],
  lift,
};

/** `npm.config`. */
export const npmConfigAdapter: Adapter = {
  kinds: [
    {
      kind: 'npm.config',
      description:
        'An .npmrc, .yarnrc.yml or pnpm-workspace.yaml. A setting within another has a key with dots (`npmScopes.team.npmRegistryServer`); a value with `${VARIABLE}` in it is unknown.',
      self: config,
      relatives: { object: config },
    },
  ],
  read({ document, part, memo }) {
    const read = configReaders.get(fileName(document.file.path));
    return read === undefined ? null : memo(part.content, 'settings', () => read(part.content));
  },
  lift: ({ document, part }) => [whole('npm.config', fileName(document.file.path), part.content.value)],
};

const configReaders: ReadonlyMap<string, (content: PartContent) => PartContent> = new Map([
  ['.npmrc', readNpmConfig],
  ['.yarnrc.yml', readYamlConfig],
  ['pnpm-workspace.yaml', readYamlConfig],
]);

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function whole(kind: string, name: string, self: Value): Resource {
  return { kind, name, identity: kind, path: [], self, relatives: { object: self } };
}

function lift({ document, part, memo }: Source): readonly Resource[] {
  const root = part.content.value;
  const name = fileName(document.file.path);
  if (!isMap(root)) return [];
  if (name === 'pnpm-workspace.yaml')
    return [whole('npm.workspace', name, shaped(root, workspaceShape, memo) as ValueMap)];
  if (name !== 'package.json') return [];
  const self = shaped(root, packageShape, memo) as ValueMap;
  return [whole('npm.package', `package ${typeof self.name === 'string' ? self.name : name}`, self)];
}
