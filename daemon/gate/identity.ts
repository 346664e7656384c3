/** Who acts in a work tree, and which repository it is of, as git knows them. */
import path from 'node:path';
import { git } from '../../repository/index.ts';
import { repositoryName } from '../journal/repositoryName.ts';

export interface Identity {
  readonly subject: { readonly name: string; readonly email: string };
  /** `github.com/acme/shop`; the folder's name where there is no remote. */
  readonly repository: string;
}

const keptMs = 60_000;
const maxKept = 64;

/** Identities, asked of git again after a minute. */
export function createIdentities(now: () => number): (root: string) => Promise<Identity> {
  const kept = new Map<string, { readonly identity: Promise<Identity>; readonly at: number }>();
  return (root) => {
    const known = kept.get(root);
    if (known !== undefined && Math.abs(now() - known.at) < keptMs) return known.identity;
    if (kept.size >= maxKept) kept.clear();
    const identity = readIdentity(root);
    kept.set(root, { identity, at: now() });
    return identity;
  };
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
