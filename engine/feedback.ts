/** What a person says of a finding: that it is wrong, or that nobody can tell what it means. It changes no verdict. */
import * as z from 'zod';
import { findingFingerprint, instant } from './exception/approved.ts';
import { readJson } from './json.ts';

export const complaints = ['wrong', 'unclear'] as const;
export type Complaint = (typeof complaints)[number];

const name = z.lazy(() => z.string().min(1).max(500));

/** The form of feedback, as it waits in the store and travels to the hub. No source text. */
export const findingFeedback = z.lazy(() =>
  z.strictObject({
    id: name,
    at: instant,
    policy: z
      .string()
      .max(200)
      .regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)+$/),
    /** SHA-256 of the policy's text that found it, hex. */
    policySha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** `github.com/acme/shop`, or a folder's name. */
    repository: name,
    fingerprint: findingFingerprint,
    complaint: z.enum(complaints),
    /** In the person's own words; secrets are masked. */
    comment: z.string().trim().min(1).max(2_000).nullable(),
    by: name,
  }),
);
export type FindingFeedback = z.infer<typeof findingFeedback>;

/** Reads feedback; null where it has another form. */
export function readFeedback(text: string): FindingFeedback | null {
  return findingFeedback.safeParse(readJson(text)).data ?? null;
}
