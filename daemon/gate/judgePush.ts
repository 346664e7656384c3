/** The push gate: the end state of each ref by all policies, each commit on the way for secrets, and the push itself. */
import type { GitFailure, GitSession } from '../../repository/index.ts';
import type { Judgement } from '../check/judgeInput.ts';
import { changeDocument, ownFindings, readOwners, speaksOf } from './changeDocument.ts';
import { compare, ownChange } from './commit.ts';
import { type CommitObject, readCommits } from './commitObject.ts';
import { benchOf, type GateCase, type GateParts, problemsOf, unjudged } from './gateCase.ts';
import { emptyTreeLike } from './head.ts';
import { judgeHistory } from './history.ts';
import { type Bench, judgeChange, judgeDocument } from './judgeChange.ts';
import type { PushRequest } from './localGate.ts';
import { type PushedRef, readPush } from './pushed.ts';
import { changeOfContent, readTagged, type Tagged } from './tagged.ts';

/** Judges what a push would bring. The rules are those of the commit that each ref's new commits were made on. */
export async function judgePush(request: PushRequest, session: GitSession, parts: GateParts): Promise<GateCase> {
  const refs = await readPush(request, session);
  if (!Array.isArray(refs)) return unjudged(parts, session, targetOf(null), refs.message);
  let whole: GateCase | null = null;
  for (const [index, ref] of refs.entries()) {
    const judged = await judgeRef(ref, { request, index, session, parts });
    if ('kind' in judged) return unjudged(parts, session, targetOf(ref), judged.message);
    whole = whole === null ? judged : joined(whole, judged);
  }
  return whole ?? { ...(await unjudged(parts, session, targetOf(null), '')), problems: [] };
}

interface Question {
  readonly request: PushRequest;
  readonly index: number;
  readonly session: GitSession;
  readonly parts: GateParts;
}

async function judgeRef(ref: PushedRef, { request, index, session, parts }: Question): Promise<GateCase | GitFailure> {
  const base = ref.boundary[0] ?? null;
  const commit = ref.commits.length > 0 ? base : await standing(ref, session);
  const ruling = await parts.rulings.of(session, { commit, gate: 'push' });
  const bench = benchOf(parts, { session, ruling, gate: 'push' });
  const commits = await readCommits(session, ref.commits);
  if (!Array.isArray(commits)) return commits;
  const tagged = await readTagged(ref, session);
  if (tagged.kind === 'failure') return tagged;
  const change = await endState(ref, { commits, content: tagged.content }, bench);
  if ('kind' in change) return change;
  const judged = await judgeChange(change, bench);
  if (judged.kind === 'failure') return judged;
  const judgedFiles = new Set(change.files.map(({ blob, path }) => `${blob} ${path}`));
  const history = await judgeHistory({ commits, tags: tagged.messages }, bench, judgedFiles);
  if ('kind' in history) return history;
  const judgements: Judgement[] = [...judged.judgements, ...history.judgements];
  if (speaksOf(bench, 'change.')) {
    const facts = {
      name: index === 0 ? 'push' : `push-${index + 1}`,
      branch: branchOf(ref),
      pushes: [pushFacts(ref, request)],
      commits: commits.slice(0, maxDescribed).map(commitFacts),
      owners: await readOwners(change.base, session),
    };
    const document = await changeDocument(change, judged, facts, bench);
    judgements.push(ownFindings((await judgeDocument(document, bench)).judgement, bench));
  }
  return {
    ruling,
    judgements,
    problems: await problemsOf(change, bench),
    skipped: change.skipped,
    notes: [],
    targets: [targetOf(ref)],
    commits,
    made: new Map([...judged.made, ...history.made]),
  };
}

/** Where there is nothing new, the rules are those of what the ref points to or pointed to, else of HEAD. */
async function standing({ update, commit }: PushedRef, session: GitSession): Promise<string | null> {
  if (commit !== null) return commit;
  const known = await session.resolve([`${update.remoteId}^{commit}`, 'HEAD^{commit}']);
  return known.find((facts) => facts !== null)?.id ?? null;
}

/** Policies on changes see no more commits than this of one ref. */
const maxDescribed = 1_000;

interface Brought {
  readonly commits: readonly CommitObject[];
  readonly content: Tagged['content'];
}

/** What all new commits of a ref come to: what differs from everything that they were made on. */
async function endState(ref: PushedRef, { commits, content }: Brought, { session }: Bench) {
  if (content !== null) return changeOfContent(content, ref, session);
  const { commit, boundary } = ref;
  const tree = commits.find(({ id }) => id === commit)?.tree;
  if (tree === undefined) return compare(session, { base: boundary[0] ?? null, from: '', tree: '' });
  const trees = await session.resolve(boundary.slice(0, maxSides).map((id) => `${id}^{tree}`));
  const [first = emptyTreeLike(tree), ...others] = trees.flatMap((facts) => (facts === null ? [] : [facts.id]));
  const whole = await compare(session, { base: boundary[0] ?? null, from: first, tree });
  return 'kind' in whole ? whole : ownChange(session, whole, others);
}

/** Further sides make less count as this person's; leaving them out only makes more be judged. */
const maxSides = 50;

function branchOf({ update }: PushedRef): string | null {
  return /^refs\/heads\/(.+)$/.exec(update.remoteRef)?.[1] ?? null;
}

function pushFacts(ref: PushedRef, { remote }: PushRequest): object {
  return {
    ref: ref.update.remoteRef,
    branch: branchOf(ref) ?? '',
    tag: /^refs\/tags\/(.+)$/.exec(ref.update.remoteRef)?.[1] ?? '',
    update: ref.kind,
    remote: { name: remote.name, url: remote.url.replace(/^(\w+:\/\/)[^@/]*@/, '$1') },
    commitCount: ref.commits.length,
  };
}

function commitFacts({ id, author, committer, parents, signature, message }: CommitObject): object {
  return { id, author, committer, parentCount: parents.length, isMerge: parents.length > 1, signature, message };
}

/** A push is of a commit. Its tree is not named: what is known of a tree is whether it passed when it was committed. */
function targetOf(ref: PushedRef | null): GateCase['targets'][number] {
  return {
    base: ref?.boundary[0] ?? null,
    commit: ref?.commit ?? null,
    tree: null,
    ref: ref?.update.remoteRef.slice(0, 1_000) ?? null,
  };
}

/** Refs of one push are decided on together; the rules of the first are those that the decision names. */
function joined(one: GateCase, other: GateCase): GateCase {
  return {
    ruling: one.ruling,
    judgements: [...one.judgements, ...other.judgements],
    problems: [...one.problems, ...other.problems],
    skipped: one.skipped + other.skipped,
    notes: [...one.notes, ...other.notes],
    targets: [...one.targets, ...other.targets],
    commits: [...one.commits, ...other.commits],
    made: new Map([...one.made, ...other.made]),
  };
}
