/** Policies as the hub shows them to people: what is in force, who answers for it, and what it does. */
import * as z from 'zod';
import { name } from './scalar.ts';

/** How something came to be in force. */
export const publication = z.object({
  /** Of the bundle. */
  number: z.int(),
  change: name,
  title: z.string(),
  author: z.string(),
  /** Whose signatures published it. */
  reviewers: z.array(z.string()),
  at: z.iso.datetime(),
});
export type PublicationShown = z.infer<typeof publication>;

export const listedPolicy = z.object({
  id: name,
  title: z.string(),
  severity: z.string(),
  enforcement: z.string(),
  owners: z.array(z.string()),
  /** `YYYY-MM-DD`, as its author wrote it. */
  adopted: z.string().nullable(),
  review: z.string().nullable(),
  /** SHA-256 of its text, hex. */
  sha256: z.string(),
  isLocked: z.boolean(),
  isDueForReview: z.boolean(),
  /** Since when its text has been as it is. `isOlder`: since then, or longer. */
  since: publication.extend({ isOlder: z.boolean() }),
  /** Within the last 30 days. */
  findings: z.int(),
  excepted: z.int(),
});
export type ListedPolicy = z.infer<typeof listedPolicy>;

export const policyCatalogue = z.object({
  /** Null before the first publication. */
  inForce: publication.extend({ sha256: z.string() }).nullable(),
  policies: z.array(listedPolicy),
});
export type PolicyCatalogue = z.infer<typeof policyCatalogue>;

export const shownPolicy = listedPolicy.extend({
  why: z.string(),
  remedy: z.string(),
  controls: z.array(z.string()),
  equivalents: z.array(z.string()),
  /** The policy's file. */
  source: z.string(),
  /** Its page, with its cases. */
  page: z.string().nullable(),
});
export type ShownPolicy = z.infer<typeof shownPolicy>;

/** Lines as of `diff`, file by file; `isWhole` where none was left out. */
export const changeDifference = z.object({ lines: z.array(z.string()), isWhole: z.boolean() });
export type ChangeDifference = z.infer<typeof changeDifference>;
