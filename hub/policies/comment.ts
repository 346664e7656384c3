/** What is said of a change: by whom, of which line. It is kept with an act in the log, and counts for nothing. */
import { readBundle } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import type { CommentPlace } from '../protocol/comment.ts';
import type { Comments, KeptComment } from '../store/query/comment.ts';
import type { ChangeRequest } from '../store/query/publication.ts';
import { type Desk, type Refused, type Ruling, refused } from './ruling.ts';

/** The desk, with what is known of comments. */
export interface CommentDesk extends Desk {
  readonly comments: Comments;
}

export interface Saying {
  /** Of the comment. */
  readonly id: string;
  /** Of the change. */
  readonly request: string;
  readonly by: string;
  /** Masked. */
  readonly text: string;
  readonly place: CommentPlace | null;
}

/** More on one change nobody reads. */
const maxComments = 500;
const maxQuote = 200;

/** Takes a comment on a change that is open. */
export async function comment(desk: CommentDesk, { place, ...said }: Saying): Promise<Ruling<KeptComment>> {
  const { comments, publications, tenant, now } = desk;
  const { id, request, text } = said;
  const found = await publications.changeRequest(tenant, request);
  if (found === null) return refused(404, 'notFound', `there is no change ${request}`);
  if (found.state !== 'open') return refused(409, found.state, `the change ${request} is ${found.state}`);
  if ((await comments.commentCount(tenant, request)) >= maxComments)
    return refused(409, 'tooMany', `there are ${maxComments} comments on this change already`);
  const at = place === null ? null : placeIn(found, place);
  if (at !== null && 'status' in at) return at;
  const kept: KeptComment = { ...said, place: at, at: now };
  return {
    kind: 'done',
    value: kept,
    deed: {
      act: 'change.comment',
      // The words are for who reviews, and not for the log: it holds that they were these.
      subject: { id: request, comment: id, file: at?.file ?? null, line: at?.line ?? null, text: sha256Hex(text) },
      changes: [{ kind: 'addComment', comment: kept }],
    },
  };
}

function placeIn({ bundle: text }: ChangeRequest, { file, line }: CommentPlace): KeptComment['place'] | Refused {
  const bundle = readBundle(text);
  if (typeof bundle === 'string') throw new Error(`a bundle of the store cannot be read: ${bundle}`);
  const files: Readonly<Record<string, string>> = { ...bundle.policies, 'organisation.yaml': bundle.organisation };
  const lines = Object.hasOwn(files, file) ? files[file]?.replace(/\n$/, '').split('\n') : undefined;
  if (lines === undefined) return refused(422, 'noSuchFile', `${file} is no file of this change`);
  const quote = lines[line - 1];
  if (quote === undefined) return refused(422, 'noSuchLine', `${file} has ${lines.length} lines`);
  return { file, line, quote: quote.trim().slice(0, maxQuote) };
}
