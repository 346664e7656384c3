/**
 * A change as a document: what is committed or pushed, and by whom. Gates write it, and nobody else can: git refuses to
 * track a path in `.git`.
 *
 *   { gate, branch, hasCodeOwners, policyFolders, pushes: [ … ], commits: [ … ], files: [ … ] }
 */
import type { Path, Resource, Value, ValueMap } from '../model.ts';
import { type Adapter, isList, isMap, type Source, withFields } from './adapter.ts';
import { hasManifest, kindOfPath } from './changeFile.ts';
import { changeKinds, commitDefaults, fileDefaults, pushDefaults } from './changeKinds.ts';

/** Where documents of changes are said to stand; no file of a repository can. */
export const changeFolder = '.git/kerb/';

/** `change.commit`, `.message`, `.file` and `.push`. */
export const changeAdapter: Adapter = { kinds: changeKinds, lift };

function lift({ document, part, memo }: Source): readonly Resource[] {
  const root = part.content.value;
  if (!document.file.path.startsWith(changeFolder) || document.kind !== 'json' || !isMap(root)) return [];
  return memo(root, 'change', () => resourcesOf(root));
}

function resourcesOf(root: ValueMap): readonly Resource[] {
  const files = items(root, 'files').map(({ item, path }) => ({ item, path, kind: kindOf(item, root) }));
  const paths = files.flatMap(({ item }) =>
    [textOf(item.path), textOf(item.previousPath)].filter((path) => path !== ''),
  );
  const change: ValueMap = withFields(none, {
    gate: textOf(root.gate),
    branch: textOf(root.branch),
    hasCodeOwners: root.hasCodeOwners === true,
    paths,
  });
  const extent: ValueMap = withFields(none, {
    fileCount: files.length,
    kinds: [...new Set(files.map(({ kind }) => kind))].sort(),
  });
  return [
    ...items(root, 'pushes').map(({ item, path }) => pushResource(item, path, change, extent)),
    ...items(root, 'commits').flatMap(({ item, path }) => commitResources(item, path, change, extent)),
    ...files.map(({ item, path, kind }) => fileResource(item, { path, kind, change, paths })),
  ];
}

function pushResource(push: ValueMap, path: Path, change: ValueMap, extent: ValueMap): Resource {
  const name = textOf(push.ref);
  const self = withFields(pushDefaults, { ...push, ...extent });
  return { kind: 'change.push', name, identity: name, path, self, relatives: { change }, derived: extentDerived };
}

function commitResources(commit: ValueMap, path: Path, change: ValueMap, extent: ValueMap): readonly Resource[] {
  const id = textOf(commit.id);
  const name = id === '' ? 'this commit' : `commit ${id.slice(0, 12)}`;
  const message = messageOf(textOf(commit.message));
  const self = withFields(commitDefaults, { ...commit, ...extent, message, branch: change.branch ?? '' });
  const whole = { name, identity: id, path, relatives: { change } };
  const made: Resource = { ...whole, kind: 'change.commit', self, derived: { ...extentDerived, branch: [] } };
  // Before it is written there is no message to judge.
  if (commit.message === undefined) return [made];
  return [
    made,
    {
      ...whole,
      kind: 'change.message',
      self: message,
      derived: { text: inMessage, subject: inMessage, body: inMessage },
    },
  ];
}

interface FilePlace {
  readonly path: Path;
  readonly kind: string;
  readonly change: ValueMap;
  /** Of all files of the change. */
  readonly paths: readonly string[];
}

function fileResource(file: ValueMap, { path, kind, change, paths }: FilePlace): Resource {
  const name = textOf(file.path);
  const self = withFields(fileDefaults, { ...file, kind, manifestChanged: hasManifest(name, paths) });
  const derived = { kind: ['path'], manifestChanged: ['path'] };
  return { kind: 'change.file', name, identity: name, path, file: name, self, relatives: { change }, derived };
}

const inMessage: Path = ['message'];
const extentDerived: Readonly<Record<string, Path>> = { kinds: [], fileCount: [] };
const none: ValueMap = Object.freeze(Object.create(null));

/** The first line is the subject; what follows the blank line after it is the body. */
function messageOf(text: string): ValueMap {
  const [subject = '', ...rest] = text.trimEnd().split('\n');
  return withFields(none, { text, subject, body: rest.join('\n').trim() });
}

function kindOf(file: ValueMap, root: ValueMap): string {
  if (file.mode === '160000') return 'submodule';
  if (file.mode === '120000') return 'link';
  const folders = isList(root.policyFolders) ? root.policyFolders.filter((each) => typeof each === 'string') : [];
  return kindOfPath(textOf(file.path), folders);
}

function items(root: ValueMap, key: string): readonly { readonly item: ValueMap; readonly path: Path }[] {
  const list = root[key];
  return isList(list) ? list.flatMap((item, index) => (isMap(item) ? [{ item, path: [key, index] }] : [])) : [];
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}
