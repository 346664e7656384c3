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
  // The configuration, and after it what git makes of it: one start of git for both.
  const answer = await git(root, ['var', '-l']);
  const lines = answer.kind === 'output' ? answer.bytes.toString().split('\n') : [];
  const ident = lines.findLast((line) => line.startsWith('GIT_COMMITTER_IDENT=')) ?? '';
  const [, name = '', email = ''] = /^[^=]*=(.*) <(.*)> \d+ [+-]\d+$/.exec(ident) ?? [];
  const remotes = lines.filter((line) => /^remote\..*\.url=/.test(line));
  const remote = remotes.find((line) => line.startsWith('remote.origin.url=')) ?? remotes[0] ?? '';
  const url = remote.replace(/^remote\..*?\.url=/, '');
  return {
    subject: { name, email },
    repository: repositoryName(url === '' ? null : url, path.basename(root)),
  };
}
