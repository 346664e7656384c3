/**
 * What is said of a change under review. `POST changes/ID/comments` takes a comment, `GET changes/ID/comments` gives those on the
 * change and on the earlier versions that it replaces. None of them is an approval: what approves is a signature.
 */
import * as z from 'zod';
import { instant, name } from './scalar.ts';

/** The longest comment, in UTF-16 units. */
const maxLength = 2_000;

/** A line of a file of the change's bundle: `kubernetes/privileged.yaml`, its page, or `organisation.yaml`. Lines count from 1. */
const place = z.strictObject({ file: z.string().min(1).max(300), line: z.int().min(1).max(1_000_000) });
export type CommentPlace = z.infer<typeof place>;

export const givenComment = z.strictObject({
  text: z.string().trim().min(1).max(maxLength),
  /** Null: it is about the whole change. */
  place: place.nullable().default(null),
});
export type GivenComment = z.infer<typeof givenComment>;

export const shownComment = z.object({
  id: name,
  /** The change that it was made on: this one, or an earlier version of it. */
  change: name,
  by: name,
  at: instant,
  /** As it was given, with secrets masked. */
  text: z.string().max(2 * maxLength),
  /** With what stands in that line. */
  place: place.extend({ quote: z.string().max(500) }).nullable(),
  /** Made on an earlier version: its line may be another one by now. */
  isOutdated: z.boolean(),
});
export type ShownComment = z.infer<typeof shownComment>;

/** The oldest first. */
export const commentList = z.object({ comments: z.array(shownComment).max(2_000) });
