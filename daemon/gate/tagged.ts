/** What a pushed ref brings beside commits: the messages of annotated tags, and the tree or blob that it may point to. */
import { type Change, changeOfEntries, type GitFailure, type GitSession } from '../../repository/index.ts';
import { compare } from './commit.ts';
import { emptyTreeLike } from './head.ts';
import type { PushedRef } from './pushed.ts';

export interface Tagged {
  readonly kind: 'tagged';
  readonly messages: readonly { readonly name: string; readonly message: string }[];
  /** Null where the ref points to a commit. */
  readonly content: { readonly type: 'tree' | 'blob'; readonly id: string } | null;
}

/** A tag of a tag is rare, and one of that has not been seen. */
const maxDepth = 10;

/** Follows the tags that a ref leads through. */
export async function readTagged(
  { update, kind, commit }: PushedRef,
  session: GitSession,
): Promise<Tagged | GitFailure> {
  const messages: { name: string; message: string }[] = [];
  const tagged = (content: Tagged['content']): Tagged => ({ kind: 'tagged', messages, content });
  if (kind === 'delete' || update.localId === commit) return tagged(null);
  let id = update.localId;
  for (let depth = 0; depth < maxDepth; depth++) {
    const answer = await session.contents([id]);
    if (answer.kind === 'failure') return answer;
    const end = answer.bytes.indexOf(0x0a);
    const type = /^[0-9a-f]+ (\w+) \d+$/.exec(answer.bytes.toString('latin1', 0, end))?.[1];
    if (type === 'commit') return tagged(null);
    if (type === 'tree' || type === 'blob') return tagged({ type, id });
    if (type !== 'tag') return failure(`${id}, which ${update.localRef} points to, is not here`);
    const text = answer.bytes.toString('utf8', end + 1);
    const [, object = ''] = /^object ([0-9a-f]{40,64})$/m.exec(text) ?? [];
    const head = text.indexOf('\n\n');
    messages.push({ name: /^tag (.+)$/m.exec(text)?.[1] ?? id, message: head < 0 ? '' : text.slice(head + 2) });
    id = object;
  }
  return failure(
    `${update.localRef} is a tag of a tag, more than ${maxDepth} times over: push it without some of them`,
  );
}

/** All that a tree or a blob brings, as a change from nothing; a blob goes by the name of its ref. */
export async function changeOfContent(
  { type, id }: NonNullable<Tagged['content']>,
  { update }: PushedRef,
  session: GitSession,
): Promise<Change | GitFailure> {
  if (type === 'tree') return compare(session, { base: null, from: emptyTreeLike(id), tree: id });
  const path = update.remoteRef;
  const nothing = { baseMode: '000000', baseBlob: '0'.repeat(id.length) };
  const entry = { ...nothing, mode: '100644', blob: id, status: 'A', path, basePath: path };
  return changeOfEntries({ root: session.root, base: null, head: null }, [entry]);
}

function failure(message: string): GitFailure {
  return { kind: 'failure', message };
}
