/** Who acts in a work tree, and which repository it is of, as git knows them. */
import path from 'node:path';
import { git } from './git.ts';
import { repositoryName } from './repositoryName.ts';

export interface Identity {
  readonly subject: { readonly name: string; readonly email: string };
  /** `github.com/acme/shop`; the folder's name where there is no remote. */
  readonly repository: string;
}

/** Asks git. */
export async function readIdentity(root: string): Promise<Identity> {
  const [ident, remotes] = await Promise.all([
    git(root, ['var', 'GIT_COMMITTER_IDENT']),
    git(root, ['config', '--get-regexp', '^remote\\..*\\.url$']),
  ]);
  const [, name = '', email = ''] =
    /^(.*) <(.*)> \d+ [+-]\d+$/.exec(ident.kind === 'output' ? ident.bytes.toString().trim() : '') ?? [];
  const lines = remotes.kind === 'output' ? remotes.bytes.toString().split('\n') : [];
  const line = lines.find((each) => each.startsWith('remote.origin.url ')) ?? lines[0] ?? '';
  const url = line.slice(line.indexOf(' ') + 1);
  return {
    subject: { name, email },
    repository: repositoryName(url === '' ? null : url, path.basename(root)),
  };
}
