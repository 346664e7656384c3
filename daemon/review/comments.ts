/** What is said of a change under review: given, with secrets struck out before they leave, and read. */
import process from 'node:process';
import { compilePolicies, secretMask } from '../../engine/index.ts';
import {
  type CommentPlace,
  commentList,
  type GivenComment,
  hubPaths,
  type ShownComment,
  shownComment,
} from '../../hub/protocol.ts';
import { createNative, findRoot, loadSetup } from '../../repository/index.ts';
import { UsageError } from '../command.ts';
import type { PersonsHub } from './hub.ts';

/** Says something of a change; as the hub keeps it. */
export async function say(
  hub: PersonsHub,
  change: string,
  { text, place }: { readonly text: string; readonly place: CommentPlace | null },
): Promise<ShownComment> {
  const root = findRoot(process.cwd()) ?? process.cwd();
  const { policies, configuration } = await loadSetup({
    ...{ root, origin: { kind: 'workTree' }, folders: [], organisation: null },
  });
  const mask = secretMask(compilePolicies(policies, configuration, createNative()), []);
  const given: GivenComment = { text: mask(text), place };
  return hub.ask('POST', pathOf(change), shownComment, given);
}

/** What was said of a change; null where the hub is too old to know. */
export async function commentsOn(hub: PersonsHub, change: string): Promise<readonly ShownComment[] | null> {
  return (await hub.find(pathOf(change), commentList))?.comments ?? null;
}

/** `kubernetes/privileged.yaml:8`, and without `.yaml` the same. Throws `UsageError`. */
export function readPlace(text: string): CommentPlace {
  const found = /^(.+):([1-9]\d{0,6})$/.exec(text);
  if (found === null) throw new UsageError(`--at ${text}: name a file of the change and a line, as a/b.yaml:8`);
  const [, file = '', line = ''] = found;
  return { file: /\.(yaml|md)$/.test(file) ? file : `${file}.yaml`, line: Number(line) };
}

/** In lines: each with its place, and those on earlier versions said to be. */
export function commentLines(comments: readonly ShownComment[]): readonly string[] {
  return comments.flatMap(({ by, at, text, place, isOutdated }) => [
    `${by}, ${at}${place === null ? '' : `, at ${place.file}:${place.line}`}${isOutdated ? ', of an earlier version' : ''}`,
    ...(place === null ? [] : [`  > ${place.quote}`]),
    ...text.split('\n').map((line) => `  ${line}`),
  ]);
}

function pathOf(change: string): string {
  return `${hubPaths.changes}/${encodeURIComponent(change)}/comments`;
}
