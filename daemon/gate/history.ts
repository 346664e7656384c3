/**
 * Secrets in the history that a push brings: what a commit added counts also where a later one took it away, since whoever
 * fetches gets both. Each commit is judged by its own change alone.
 */
import type { Change, GitFailure, GitSession } from '../../repository/index.ts';
import type { Judgement } from '../check/judgeInput.ts';
import { compare, ownChange } from './commit.ts';
import type { CommitObject } from './commitObject.ts';
import { emptyTreeLike } from './head.ts';
import { type Bench, judgeChange, judgeInputs } from './judgeChange.ts';
import { messageInput } from './judgeMessage.ts';
import { secretsOnly } from './ruling.ts';

export interface History {
  readonly judgements: readonly Judgement[];
  readonly made: ReadonlyMap<string, string>;
}

/** What a ref brings. */
export interface Brought {
  readonly commits: readonly CommitObject[];
  readonly tags: readonly { readonly name: string; readonly message: string }[];
}

/** What the message of an annotated tag is called, before the tag's name. */
export const messageOfTag = 'message of tag ';

/** Judges commits, their messages and those of tags for secrets. `judged` are files that are judged already, as `blob path`. */
export async function judgeHistory(
  { commits, tags }: Brought,
  bench: Bench,
  judged: ReadonlySet<string>,
): Promise<History | GitFailure> {
  const secrets: Bench = { ...bench, ruling: secretsOnly(bench.ruling, bench.native) };
  const seen = new Set(judged);
  const judgements: Judgement[] = [];
  const made = new Map<string, string>();
  for (const commit of commits) {
    const whole = await changeOfCommit(commit, bench.session);
    if ('kind' in whole) return whole;
    const files = whole.files.filter(({ blob, path }) => !seen.has(`${blob} ${path}`));
    for (const { blob, path } of files) seen.add(`${blob} ${path}`);
    if (files.length === 0) continue;
    const found = await judgeChange({ ...whole, files }, secrets);
    if (found.kind === 'failure') return found;
    for (const [key, text] of found.made) made.set(key, text);
    // What cannot be judged as a document is no fault of a commit that is not the last.
    judgements.push(...found.judgements.filter(hasFindings).map((each) => inCommit(each, commit)));
  }
  const messages = [
    ...commits.map(({ id, message }) => messageInput(`message of commit ${id.slice(0, 12)}`, message)),
    ...tags.map(({ name, message }) => messageInput(`${messageOfTag}${name}`, message)),
  ];
  judgements.push(...(await judgeInputs(messages, secrets)).filter(hasFindings));
  return { judgements, made };
}

/** What a commit changed: in a merge, what differs from every parent. */
export async function changeOfCommit(commit: CommitObject, session: GitSession): Promise<Change | GitFailure> {
  const parents = await session.resolve(commit.parents.map((parent) => `${parent}^{tree}`));
  const trees = parents.flatMap((facts) => (facts === null ? [] : [facts.id]));
  const [first = emptyTreeLike(commit.tree), ...others] = trees;
  const base = commit.parents[0] ?? null;
  const whole = await compare(session, { base, from: first, tree: commit.tree });
  return 'kind' in whole ? whole : ownChange(session, whole, others);
}

function hasFindings({ findings }: Judgement): boolean {
  return findings.length > 0;
}

function inCommit(judgement: Judgement, { id }: CommitObject): Judgement {
  const place = ` (in commit ${id.slice(0, 12)}, whatever came after it)`;
  return {
    ...judgement,
    findings: judgement.findings.map((finding) => ({ ...finding, message: `${finding.message}${place}` })),
    problems: [],
  };
}
