/** A person's request for an exception: what it says, and whether it can be granted at all. */
import * as z from 'zod';
import { readJson } from '../json.ts';
import type { Severity } from '../model.ts';
import { isNamed } from '../organisation/rules.ts';
import { type ExceptionTerms, exceptionCategories, findingFingerprint, instant, policyName } from './approved.ts';

const name = z.lazy(() => z.string().min(1).max(500));

/** The form of a request, as it waits in the store and travels to the hub. */
export const exceptionRequest = z.lazy(() =>
  z.strictObject({
    id: name,
    at: instant,
    policy: policyName,
    severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
    /** `github.com/acme/shop`, or a folder's name. */
    repository: name,
    /** Relative to the repository's root; null for all of it. */
    file: z.string().min(1).max(4_096).nullable(),
    /** The finding that was in front of the person; null where the policy as such is meant. */
    fingerprint: findingFingerprint.nullable(),
    resource: z.string().max(500).nullable(),
    category: z.enum(exceptionCategories),
    reason: z.string().trim().min(1).max(2_000),
    /** What keeps the risk small meanwhile. */
    compensatingControls: z.array(z.string().trim().min(1).max(1_000)).max(50).default([]),
    ticket: name.nullable(),
    requestedBy: name,
    expiresAt: instant,
    baseCommit: z
      .string()
      .regex(/^[0-9a-f]{40,64}$/)
      .nullable(),
  }),
);
export type ExceptionRequest = z.infer<typeof exceptionRequest>;

/** Reads a request; null where it has another form. */
export function readExceptionRequest(text: string): ExceptionRequest | null {
  return exceptionRequest.safeParse(readJson(text)).data ?? null;
}

/** What no approver could grant, in words that say what to do; null where it may be asked. */
export function refusalOf(
  { policy, severity, expiresAt, reason }: Pick<ExceptionRequest, 'policy' | 'severity' | 'expiresAt' | 'reason'>,
  { terms, atMs }: { readonly terms: ExceptionTerms; readonly atMs: number },
): string | null {
  if (policy.startsWith('kerb/') || isNamed(policy, terms.never))
    return `nothing is exempt from ${policy}: resolve the finding`;
  if (policy.endsWith('*')) return `ask for one policy, not for ${policy}`;
  if (reason.trim() === '') return 'say why: an exception has a reason';
  const expiresMs = Date.parse(expiresAt);
  if (expiresMs <= atMs) return `it would end on ${expiresAt.slice(0, 10)}, which is past: choose a later date`;
  if (expiresMs > latestEnd(severity, { terms, atMs }))
    return `an exception for a finding of severity ${severity} lasts at most ${terms.longestDays[severity]} days: choose an earlier date`;
  return null;
}

/** The last instant at which an exception that begins now may end. */
export function latestEnd(
  severity: Severity,
  { terms, atMs }: { readonly terms: ExceptionTerms; readonly atMs: number },
): number {
  return atMs + terms.longestDays[severity] * 86_400_000;
}
