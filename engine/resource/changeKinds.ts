/** The kinds of resource in a change: what policies see of commits, files and pushes. */
import { bool, int, list, object, string, type Type } from '../cel/type.ts';
import type { ValueMap } from '../model.ts';
import { type ResourceKind, withFields } from './adapter.ts';

const person = object('Person', { name: string, email: string });
const message = object('CommitMessage', { text: string, subject: string, body: string });

const commit: Type = object('ChangeCommit', {
  id: string,
  author: person,
  committer: person,
  branch: string,
  fileCount: int,
  isMerge: bool,
  kinds: list(string),
  message,
  parentCount: int,
  signature: string,
});

const file: Type = object('ChangedFile', {
  path: string,
  previousPath: string,
  status: string,
  kind: string,
  sizeBytes: int,
  isBinary: bool,
  mode: string,
  owners: list(string),
  manifestChanged: bool,
});

const push: Type = object('Push', {
  ref: string,
  branch: string,
  tag: string,
  update: string,
  remote: object('Remote', { name: string, url: string }),
  commitCount: int,
  fileCount: int,
  kinds: list(string),
});

const change: Type = object('Change', {
  gate: string,
  branch: string,
  hasCodeOwners: bool,
  paths: list(string),
});

/** `change.commit`, `.message`, `.file` and `.push`. */
export const changeKinds: readonly ResourceKind[] = [
  {
    kind: 'change.commit',
    description:
      'A commit that is made or pushed. `signature` is none or present; pending while the commit is being made.',
    self: commit,
    relatives: { change },
  },
  {
    kind: 'change.message',
    description: 'The message of a commit that is made or pushed.',
    self: message,
    relatives: { change },
  },
  {
    kind: 'change.file',
    description:
      'A file that a change adds, modifies, deletes or renames. `kind` is workflow, policy, configuration, codeOwners, lock, manifest, submodule, link or other; `owners` are those of CODEOWNERS as it was before the change.',
    self: file,
    relatives: { change },
  },
  {
    kind: 'change.push',
    description:
      'A ref that a push updates. `update` is create, delete, forward, force or unknown; `branch` or `tag` is its short name.',
    self: push,
    relatives: { change },
  },
];

const none: ValueMap = Object.freeze(Object.create(null));
const nobody = withFields(none, { name: '', email: '' });

/** What a commit has where its document does not say it. */
export const commitDefaults: ValueMap = withFields(none, {
  id: '',
  author: nobody,
  committer: nobody,
  isMerge: false,
  parentCount: 0,
  signature: 'pending',
});

/** The same for a file. */
export const fileDefaults: ValueMap = withFields(none, {
  path: '',
  previousPath: '',
  status: 'modified',
  sizeBytes: 0,
  isBinary: false,
  mode: '100644',
  owners: [],
});

/** The same for a push. */
export const pushDefaults: ValueMap = withFields(none, {
  ref: '',
  branch: '',
  tag: '',
  update: 'unknown',
  remote: withFields(none, { name: '', url: '' }),
  commitCount: 0,
});
