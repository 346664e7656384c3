/** Jobs of CI: which of them are believed, and what they send. */
import * as z from 'zod';
import { name } from './scalar.ts';

/** `POST` a decision record, with the platform's own token as bearer. */
export const jobDecisionPath = '/v1/decisions';

export const jobDecisionTaken = z.object({ id: z.uuid(), isNew: z.boolean() });

const claimName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
const values = z.array(z.string().min(1).max(500)).min(1).max(50);
/** Names can be taken over; these say which repository and which owner it is for good. */
const pinned = [
  ['repository_id', 'repository_owner_id'],
  ['project_id', 'namespace_id'],
] as const;

export const ciRule = z.strictObject({
  name,
  issuer: z.string().max(500),
  /** Each claim has to have one of its values; `*` at a value's end stands for the rest of it. */
  claims: z
    .record(claimName, values)
    .refine((claims) => Object.keys(claims).length <= 30, 'at most 30 claims')
    .refine(
      (claims) => pinned.some((names) => names.every((each) => claims[each]?.every((value) => /^\d+$/.test(value)))),
      `pin ${pinned.map((names) => names.join(' and ')).join(', or ')}: numbers, which nobody else can take over`,
    ),
});

export const shownCiRule = ciRule.extend({ id: z.uuid(), createdAt: z.iso.datetime() });
export const ciRuleList = z.object({ audience: z.string(), rules: z.array(shownCiRule) });
