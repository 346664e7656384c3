/** Policies as the hub shows them to people: what is in force, who answers for it, and what it does. */
import * as z from 'zod';
import { name } from './scalar.ts';

/** How something came to be in force. */
const publication = z.object({
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

/**
 * `due`: its review is. `disputed`: three findings or more were complained of. `excepted`: half of its findings or more are.
 * `unused`: no finding in 30 days.
 */
const concerns = ['due', 'disputed', 'excepted', 'unused'] as const;
export type Concern = (typeof concerns)[number];

/** Of findings that no exception covers, in the newest decisions of devices within 30 days: at most 500 of them. */
const outcome = z.object({
  decisions: z.int(),
  /** Not in what the same device got through the same gate of the repository later: fixed, or left out of it. */
  fixed: z.int(),
  /** Let pass, since the policy warns or audits there. */
  passed: z.int(),
  /** Nothing has passed there since. */
  open: z.int(),
});
export type Outcome = z.infer<typeof outcome>;

const listedPolicy = z.object({
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
  /** Within the last 30 days; `complaints`: findings that people say are wrong, or unclear. */
  findings: z.int(),
  excepted: z.int(),
  complaints: z.object({ wrong: z.int(), unclear: z.int() }),
  concerns: z.array(z.enum(concerns)),
});
export type ListedPolicy = z.infer<typeof listedPolicy>;

export const policyCatalogue = z.object({
  /** Null before the first publication. */
  inForce: publication.extend({ sha256: z.string() }).nullable(),
  policies: z.array(listedPolicy),
});
export type PolicyCatalogue = z.infer<typeof policyCatalogue>;

export const shownPolicy = listedPolicy.extend({
  /** In how many decisions it had findings within 30 days, and how many there were. */
  firing: z.object({ decisions: z.int(), of: z.int() }),
  outcome,
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
