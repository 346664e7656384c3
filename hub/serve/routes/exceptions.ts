/** Exceptions: asked for by devices, listed for reviewers, granted and revoked by signatures, refused with a reason. */
import * as z from 'zod';
import { approvalsNeeded, type ExceptionTerms, type Severity } from '../../../engine/index.ts';
import { approve } from '../../exceptions/approve.ts';
import { ask, requestState } from '../../exceptions/ask.ts';
import { deny, renew, revoke } from '../../exceptions/decide.ts';
import type { Hub } from '../../hub.ts';
import type { Caller } from '../../identity/authenticate.ts';
import { exceptionTerms } from '../../policies/inForce.ts';
import { readShelf } from '../../policies/shelf.ts';
import { deskOf } from '../../policies/turn.ts';
import {
  type ExceptionSummary,
  envelope,
  exceptionApproval,
  exceptionDenial,
  exceptionList,
  exceptionRenewal,
  exceptionRequestPayloadType,
  exceptionRequestState,
  exceptionRequestStates,
  exceptionRevocation,
  exceptionShown,
  exceptionStates,
  type GivenApproval,
  hubPaths,
  maxRequestStates,
} from '../../protocol.ts';
import type { AskedException, ExceptionApprovalRow } from '../../store/query/exception.ts';
import { type Answer, json, notFound, type Route, route } from '../route.ts';
import { rule } from '../rule.ts';
import { readSigned } from '../signed.ts';

const name = z.string().min(1).max(500);
const one = z.object({ id: z.string().max(500) });
const dayMs = 86_400_000;
const done = { status: 204, description: 'Done', content: null } as const;

export const exceptionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: hubPaths.exceptionRequests,
    summary: 'Takes a request that its device has signed; one that nobody could grant is refused at once',
    permission: 'exception:request',
    body: envelope,
    maxBody: 200_000,
    success: { status: 200, description: 'Where it stands', content: exceptionRequestState },
    async run({ hub, caller, body }) {
      const signed = await readSigned(hub, caller, body, exceptionRequestPayloadType);
      if ('status' in signed) return signed;
      return rule(
        hub,
        caller,
        (desk) => ask(desk, signed.device.id, signed.text),
        (state) => json(200, state),
      );
    },
  }),
  route({
    method: 'GET',
    path: hubPaths.exceptionRequests,
    summary: 'Where requests of the calling device stand: ?id=…&id=…',
    permission: 'exception:request',
    query: z.object({ id: z.union([name, z.array(name).max(maxRequestStates)]).default([]) }),
    success: { status: 200, description: 'Those that the hub has', content: exceptionRequestStates },
    async run({ hub, caller, query }) {
      const asked = await Promise.all([query.id].flat().map((id) => hub.store.askedException(caller.tenant.id, id)));
      const own = asked.filter((each) => each !== null).filter(({ device }) => device === caller.id);
      return json(200, { requests: own.map(requestState) });
    },
  }),
  route({
    method: 'GET',
    path: hubPaths.exceptions,
    summary: 'Exceptions that were asked for and granted; with endsWithinDays those that end soon',
    permission: 'exception:read',
    query: z.strictObject({
      state: z.enum(exceptionStates).optional(),
      repository: name.optional(),
      policy: name.optional(),
      endsWithinDays: z.coerce.number().int().min(1).max(3_650).optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    success: { status: 200, description: 'Of those that wait or hold, what ends first', content: exceptionList },
    async run({ hub, caller, query: { endsWithinDays, ...query } }) {
      const now = hub.now();
      // What ends soon is in force now.
      const ending = endsWithinDays && { state: 'granted' as const, endsBefore: now + endsWithinDays * dayMs };
      const rows = await hub.store.askedExceptions(caller.tenant.id, { ...query, ...ending, now });
      const ids = rows.filter(({ state }) => state === 'pending').map(({ id }) => id);
      const given = await hub.store.exceptionApprovals(caller.tenant.id, ids);
      const terms = await termsOf(hub, caller);
      return json(200, { exceptions: rows.map((row) => summary(row, { now, terms, given })) });
    },
  }),
  route({
    method: 'GET',
    path: `${hubPaths.exceptions}/:id`,
    summary: 'One exception, with the request as its device signed it',
    permission: 'exception:read',
    params: one,
    success: { status: 200, description: 'The exception', content: exceptionShown },
    async run({ hub, caller, params: { id } }) {
      const asked = await hub.store.askedException(caller.tenant.id, id);
      if (asked === null) return notFound(`exception ${id}`);
      const given = await hub.store.exceptionApprovals(caller.tenant.id, [id]);
      const shown = summary(asked, { now: hub.now(), terms: await termsOf(hub, caller), given });
      return json(200, { ...shown, request: asked.text, approvals: given.map(approvalShown) });
    },
  }),
  route({
    method: 'POST',
    path: `${hubPaths.exceptions}/:id/approval`,
    summary: 'Takes an approver’s signature, never that of who asked; the last that is needed grants',
    permission: 'exception:decide',
    params: one,
    body: exceptionApproval,
    success: done,
    run: async ({ hub, caller, params: { id }, body }) =>
      rule(hub, caller, (desk) => approve(desk, id, caller, body), noContent),
  }),
  route({
    method: 'POST',
    path: `${hubPaths.exceptions}/:id/denial`,
    summary: 'Refuses a request, with a reason for whoever asked',
    permission: 'exception:decide',
    params: one,
    body: exceptionDenial,
    success: done,
    run: async ({ hub, caller, params: { id }, body: { reason } }) =>
      rule(hub, caller, (desk) => deny(desk, id, caller, reason), noContent),
  }),
  route({
    method: 'POST',
    path: `${hubPaths.exceptions}/:id/revocation`,
    summary: 'Ends an exception by an approver’s signature',
    permission: 'exception:decide',
    params: one,
    body: exceptionRevocation,
    success: done,
    run: async ({ hub, caller, params: { id }, body }) =>
      rule(hub, caller, (desk) => revoke(desk, id, body), noContent),
  }),
  route({
    method: 'POST',
    path: `${hubPaths.exceptions}/renewal`,
    summary: 'Takes another approver’s signature over the exceptions as they are',
    permission: 'exception:decide',
    body: exceptionRenewal,
    success: done,
    run: async ({ hub, caller, body }) => rule(hub, caller, (desk) => renew(desk, body), noContent),
  }),
];

function noContent(): Answer {
  return { status: 204, type: '', body: null };
}

/** What the policies in force ask for. */
async function termsOf(hub: Hub, { tenant }: Caller): Promise<ExceptionTerms> {
  const desk = deskOf(hub, tenant.id);
  const { targets } = await readShelf(desk);
  return exceptionTerms(desk, targets);
}

interface Surroundings {
  readonly now: number;
  readonly terms: ExceptionTerms;
  /** Approvals of this one and of others. */
  readonly given: readonly ExceptionApprovalRow[];
}

function summary(asked: Omit<AskedException, 'text'>, { now, terms, given }: Surroundings): ExceptionSummary {
  const { id, state, policy, severity, repository, requestedBy, device, decidedBy, note } = asked;
  return {
    id,
    state: state === 'granted' && asked.expiresAt <= now ? 'expired' : state,
    ...{ policy, severity, repository, requestedBy, device, decidedBy, note },
    askedAt: iso(asked.askedAt),
    expiresAt: iso(asked.expiresAt),
    decidedAt: asked.decidedAt === null ? null : iso(asked.decidedAt),
    needed: approvalsNeeded(terms, { policy, severity: severity as Severity }),
    approvedBy: given.filter(({ request }) => request === id).map(({ who }) => who),
  };
}

function approvalShown({ keyId, who, at, expiresAt, maxUses, signature }: ExceptionApprovalRow): GivenApproval {
  return { keyId, who, at: iso(at), expiresAt: iso(expiresAt), maxUses, signature };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
