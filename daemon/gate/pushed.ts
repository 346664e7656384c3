/** What a push brings: for each ref what becomes of it, and the commits that the remote does not have. */
import { type GitFailure, type GitSession, git } from '../../repository/index.ts';
import type { PushRequest, RefUpdate } from './localGate.ts';

export interface PushedRef {
  readonly update: RefUpdate;
  readonly kind: 'create' | 'delete' | 'forward' | 'force' | 'unknown';
  /** What the ref points to, through tags; null where that is no commit, and for a deletion. */
  readonly commit: string | null;
  /** Commits that the remote does not have, the newest first; those of refs before this one are left out. */
  readonly commits: readonly string[];
  /** What the new commits were made on top of. The first is what the end state is compared with. */
  readonly boundary: readonly string[];
}

/** More new commits than this are to be pushed in parts. */
const maxCommits = 10_000;

/** Reads what a push brings. */
export async function readPush(request: PushRequest, session: GitSession): Promise<PushedRef[] | GitFailure> {
  const refs = new Map<RefUpdate, PushedRef>();
  const seen = new Set<string>();
  const known = await knownThere(request, session);
  for (const update of branchesFirst(request.updates)) {
    const ref = await readRef(update, { known, seen }, session);
    if (!('update' in ref)) return ref;
    refs.set(update, { ...ref, commits: ref.commits.filter((commit) => !seen.has(commit)) });
    for (const commit of ref.commits) seen.add(commit);
    if (seen.size > maxCommits) {
      const message = `this push brings more than ${maxCommits} new commits, too many to look through at once: push it in parts (git push ${request.remote.name} <commit>:<branch>)`;
      return { kind: 'failure', message };
    }
  }
  return request.updates.flatMap((update) => refs.get(update) ?? []);
}

/** Most tags point to what a branch has: then git need not be asked what each brings. */
function branchesFirst(updates: readonly RefUpdate[]): readonly RefUpdate[] {
  const isBranch = ({ localRef }: RefUpdate): boolean => localRef.startsWith('refs/heads/');
  return [...updates.filter(isBranch), ...updates.filter((update) => !isBranch(update))];
}

/** What the remote has for sure and is here as well: its refs as they were last fetched, and what it said just now. */
async function knownThere({ remote, updates }: PushRequest, session: GitSession): Promise<string[]> {
  const ids = [...new Set(updates.map(({ remoteId }) => remoteId).filter((id) => !isZero(id)))];
  const here = await session.resolve(ids.map((id) => `${id}^{commit}`));
  const isNamed = /^[\w.-][\w./-]*$/.test(remote.name);
  return [
    ...(isNamed ? [`--remotes=${remote.name}`] : []),
    ...here.flatMap((facts) => (facts === null ? [] : [facts.id])),
  ];
}

interface Already {
  /** What the remote has, as git is told. */
  readonly known: readonly string[];
  /** Commits that refs before this one bring. */
  readonly seen: ReadonlySet<string>;
}

async function readRef(
  update: RefUpdate,
  { known, seen }: Already,
  session: GitSession,
): Promise<PushedRef | GitFailure> {
  const none = { update, commit: null, commits: [], boundary: [] };
  if (isZero(update.localId)) return { ...none, kind: 'delete' };
  const [local, remote] = await session.resolve([`${update.localId}^{commit}`, `${update.remoteId}^{commit}`]);
  const kind = await kindOf(update, { local: local?.id ?? null, remote: remote?.id ?? null }, session);
  if (local == null) return { ...none, kind };
  if (seen.has(local.id)) return { ...none, kind, commit: local.id };
  const answer = await git(session.root, [
    ...['rev-list', '--topo-order', '--boundary', `--max-count=${2 * maxCommits}`],
    ...[local.id, '--not', ...known, '--'],
  ]);
  if (answer.kind === 'failure') return answer;
  const lines = answer.bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  const boundary = lines.flatMap((line) => (line.startsWith('-') ? [line.slice(1)] : []));
  return {
    update,
    kind,
    commit: local.id,
    commits: lines.filter((line) => !line.startsWith('-')),
    boundary: remote == null ? boundary : boundary.toSorted((a) => (a === remote.id ? -1 : 0)),
  };
}

interface Ends {
  readonly local: string | null;
  readonly remote: string | null;
}

async function kindOf(update: RefUpdate, { local, remote }: Ends, session: GitSession): Promise<PushedRef['kind']> {
  if (isZero(update.remoteId)) return 'create';
  if (remote === null || local === null) return 'unknown';
  const answer = await git(session.root, ['merge-base', '--is-ancestor', remote, local]);
  return answer.kind === 'output' ? 'forward' : 'force';
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}
