/**
 * Commits that passed no gate: made with --no-verify, with hooks that were disabled, by a rebase or by a tool without
 * hooks. None of that can be prevented, so it is noticed: each is judged by its own change, and recorded as a bypass.
 */
import { type Change, type GitFailure, type GitSession, git } from '../../repository/index.ts';
import { type CommitObject, readCommits } from './commitObject.ts';
import { keep, type Mode, reportFor } from './conclude.ts';
import { benchOf, type GateCase, type GateParts, type JudgeParts, problemsOf } from './gateCase.ts';
import { changeOfCommit } from './history.ts';
import { judgeChange } from './judgeChange.ts';
import type { GateClient } from './localGate.ts';
import type { Ruling } from './ruling.ts';

export interface BypassOptions {
  readonly session: GitSession;
  readonly parts: GateParts;
  readonly mode: Mode;
  readonly client: GateClient;
}

/** The most that are judged at once. */
export const maxBypasses = 200;

/** Of commits that passed no gate: how many there are, and how many of them were judged and recorded just now. */
export interface Noticed {
  readonly found: number;
  readonly recorded: number;
}

/** Records those of the commits that this person made and that no gate let pass, the oldest first. */
export async function recordBypasses(commits: readonly CommitObject[], options: BypassOptions): Promise<Noticed> {
  const { parts, session } = options;
  const { subject } = await parts.identityOf(session.root);
  const own = commits.filter(({ committer }) => committer.email === subject.email);
  const found = withoutDecision(own, parts).reverse();
  let recorded = 0;
  for (const commit of found.slice(0, maxBypasses)) {
    const judged = await judgeBypass(commit, options);
    if ('kind' in judged) continue;
    if (await recordBypass(judged, options)) recorded++;
  }
  return { found: found.length, recorded };
}

/** The commits whose tree no gate has let pass, as far as this store remembers. */
function withoutDecision<T extends { readonly tree: string }>(
  commits: readonly T[],
  { store }: Pick<GateParts, 'store'>,
): T[] {
  return commits.filter(({ tree }) => store.findDecision({ tree })?.passed !== true);
}

/** The commits of HEAD that no remote has yet: what this machine made and has not pushed, and some more at times. */
export async function unpushed(session: GitSession): Promise<CommitObject[] | GitFailure> {
  const asked = ['rev-list', '--topo-order', `--max-count=${maxBypasses}`, 'HEAD', '--not', '--remotes', '--'];
  const answer = await git(session.root, asked);
  if (answer.kind === 'failure') return answer;
  const ids = answer.bytes.toString().split('\n');
  return readCommits(
    session,
    ids.filter((id) => id !== ''),
  );
}

async function judgeBypass(commit: CommitObject, { session, parts }: BypassOptions): Promise<GateCase | GitFailure> {
  const base = commit.parents[0] ?? null;
  const change = await changeOfCommit(commit, session);
  if ('kind' in change) return change;
  const ruling = await parts.rulings.of(session, { commit: base, gate: 'commit' });
  const judged = await committedCase(change, { session, ruling }, parts);
  if ('kind' in judged) return judged;
  return { ...judged, targets: [{ base, commit: commit.id, tree: commit.tree, ref: null }] };
}

/** The files that a commit has changed, judged by some rules; it names no target. */
export async function committedCase(
  change: Change,
  question: { readonly session: GitSession; readonly ruling: Ruling },
  parts: JudgeParts,
): Promise<GateCase | GitFailure> {
  const bench = benchOf(parts, { ...question, gate: 'commit' });
  const judged = await judgeChange(change, bench);
  if (judged.kind === 'failure') return judged;
  return {
    ruling: bench.ruling,
    judgements: judged.judgements,
    problems: await problemsOf(change, bench),
    skipped: change.skipped,
    notes: [],
    targets: [],
    commits: [],
    made: judged.made,
  };
}

async function recordBypass(judged: GateCase, { session, parts, mode, client }: BypassOptions): Promise<boolean> {
  const atMs = parts.now();
  const report = reportFor(judged, { gate: 'commit', beganMs: atMs, latencyMs: 0 }, parts);
  const { subject, repository } = await parts.identityOf(session.root);
  const decided = {
    ...{ report, atMs, subject, repository, origin: 'bypass' as const, reason: null },
    ...{ client, passed: true, mode },
    ...{ ring: judged.ruling.setup.organisation?.ring ?? null, stale: parts.isOutdated() },
  };
  return (await keep(judged, decided, parts)).kind === 'kept';
}
