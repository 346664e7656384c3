/**
 * How exceptions are decided. What a device asked for (`exceptionRequest.ts`) is listed by `GET exceptions`; an approver signs
 * the exceptions as they are with it, with a key of their own that the hub never has, and so are they revoked.
 *
 * `POST exceptions/ID/approval`, `POST exceptions/ID/revocation` and `POST exceptions/renewal` take such a signature: hub and
 * approver each make the document from what is published, the request and `at`, and only if both made the same does it fit.
 * `POST exceptions/ID/denial` takes a reason.
 *
 * Where the policies in force ask for several approvers, each also signs the exception itself. The first of them decides the
 * terms, and only the last signs the document: until then the request is pending, and nothing is exempt.
 */
import * as z from 'zod';
import { exceptionsTarget } from './distribution.ts';
import { instant, name, words } from './scalar.ts';

/** The most people whom one exception waits for. */
const maxApprovals = 32;

export const exceptionStates = ['pending', 'granted', 'expired', 'revoked', 'refused'] as const;

const exceptionSummary = z.object({
  /** Of the request, and of the exception where it was granted. */
  id: name,
  state: z.enum(exceptionStates),
  policy: name,
  severity: name,
  repository: name,
  requestedBy: name,
  /** The device that asked. */
  device: name,
  askedAt: instant,
  /** As asked for; once granted, when it ends. */
  expiresAt: instant,
  decidedAt: instant.nullable(),
  /** Who approved, refused or revoked. */
  decidedBy: name.nullable(),
  /** Why it was refused or revoked. */
  note: words.nullable(),
  /** How many people have to approve it, by the policies in force. */
  needed: z.int().default(1),
  /** Who has approved by a signature of their own, where several have to. */
  approvedBy: z.array(name).max(maxApprovals).default([]),
});
export type ExceptionSummary = z.infer<typeof exceptionSummary>;

export const exceptionList = z.object({ exceptions: z.array(exceptionSummary).max(1_000) });

export const exceptionShown = exceptionSummary.extend({
  /** The request as the device signed it; the engine reads it. */
  request: z.string().max(100_000),
  /** In the order in which they were given. */
  approvals: z
    .array(
      z.object({
        ...{ keyId: z.string().max(100), who: name, at: instant },
        ...{ expiresAt: instant, maxUses: z.int().nullable(), signature: z.base64().max(200) },
      }),
    )
    .max(maxApprovals)
    .default([]),
});
export type ExceptionShown = z.infer<typeof exceptionShown>;

const signature = {
  keyId: z.string().min(1).max(100),
  /** Ed25519 over the canonical JSON, as TUF has it, of `proposedExceptions`; hex. */
  signature: z.string().regex(/^[0-9a-f]{128}$/),
  /** When, by the approver's clock: part of what is signed. */
  at: instant,
};
const reason = z.string().trim().min(1).max(2_000);

export const exceptionApproval = z.strictObject({
  ...signature,
  /** Null while others have to approve as well. */
  signature: signature.signature.nullable(),
  /** The approver's own over the exception, as the engine's `approvalText` has it: DSSE, base64. Null where one person is enough. */
  approval: z.base64().max(200).nullable().default(null),
  /** No later than was asked for; of several approvers the first decides. */
  expiresAt: instant,
  maxUses: z.int().min(1).nullable(),
});
export const exceptionDenial = z.strictObject({ reason });
export const exceptionRevocation = z.strictObject({ ...signature, reason });
export const exceptionRenewal = z.strictObject(signature);

export type ExceptionApproval = z.infer<typeof exceptionApproval>;
export type GivenApproval = ExceptionShown['approvals'][number];
export type ExceptionRevocation = z.infer<typeof exceptionRevocation>;
export type ExceptionRenewal = z.infer<typeof exceptionRenewal>;

/** How far an approver's clock may be from the hub's. */
export const maxApproverSkewMs = 300_000;

/**
 * As long as any exception can last. What is in the document ends by itself, and the policies' own metadata, which has to be
 * signed twice a year, bounds how long a hub could hold a revocation back.
 */
const termMs = 3_650 * 86_400_000;

/** The metadata of the role `exceptions` that publishes a document. */
export function proposedExceptions({
  version,
  at,
  document,
}: {
  readonly version: number;
  readonly at: string;
  readonly document: { readonly length: number; readonly sha256: string };
}) {
  const { length, sha256 } = document;
  return {
    _type: 'targets',
    spec_version: '1.0.31',
    version,
    expires: new Date(Date.parse(at) + termMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    targets: { [exceptionsTarget]: { length, hashes: { sha256 } } },
  };
}
