/** Changes of policies: proposed, checked, shown, approved by signatures, withdrawn. */
import * as z from 'zod';
import { type Bundle, bundleDifference, readBundle } from '../../../engine/index.ts';
import { createNative } from '../../../repository/index.ts';
import type { Hub } from '../../hub.ts';
import { newId } from '../../log/act.ts';
import { problemsOf } from '../../policies/checks.ts';
import { approversOf, ownerOf } from '../../policies/metadata.ts';
import { approve, propose, withdraw } from '../../policies/review.ts';
import { readShelf } from '../../policies/shelf.ts';
import { deskOf } from '../../policies/turn.ts';
import { changeDifference } from '../../protocol/catalogue.ts';
import {
  type ChangeShown,
  type ChangeSummary,
  changeList,
  changeOutcome,
  changeProposal,
  changeShown,
  changeSignature,
  hubPaths,
} from '../../protocol.ts';
import type { ChangeRequest } from '../../store/query/publication.ts';
import { json, notFound, type Route, refuse, route } from '../route.ts';
import { rule } from '../rule.ts';

const native = createNative();
const maxShownProblems = 20;
const maxShownLines = 20_000;
const one = z.object({ id: z.string().max(100) });

export const changeRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: hubPaths.changes,
    summary: 'Proposes policies; refused with file and line where they do not read, compile, or pass their own cases',
    permission: 'change:propose',
    body: changeProposal,
    maxBody: 20_000_000,
    success: { status: 201, description: 'Open', content: z.object({ id: z.uuid(), number: z.int() }) },
    async run({ hub, caller, body: proposal }) {
      const problems = await problemsOf(proposal, native);
      if (problems.length > 0) return refuse(422, 'checksFailed', problems.slice(0, maxShownProblems).join('\n'));
      const asked = { id: newId(hub.now()), author: caller.name, proposal };
      return rule(
        hub,
        caller,
        (desk) => propose(desk, asked),
        (proposed) => json(201, proposed),
      );
    },
  }),
  route({
    method: 'GET',
    path: hubPaths.changes,
    summary: 'Changes, the newest first',
    permission: 'change:read',
    success: { status: 200, description: 'At most 200', content: changeList },
    async run({ hub, caller }) {
      return json(200, { changes: (await hub.store.changeRequests(caller.tenant.id)).map(summary) });
    },
  }),
  route({
    method: 'GET',
    path: `${hubPaths.changes}/:id`,
    summary: 'A change with its text, and the draft that its approvers sign',
    permission: 'change:read',
    params: one,
    success: { status: 200, description: 'The change', content: changeShown },
    async run({ hub, caller, params: { id } }) {
      const found = await hub.store.changeRequest(caller.tenant.id, id);
      return found === null ? notFound(`change ${id}`) : json(200, await shown(hub, caller.tenant.id, found));
    },
  }),
  route({
    method: 'GET',
    path: `${hubPaths.changes}/:id/difference`,
    summary: 'What a change alters, line by line',
    permission: 'change:read',
    params: one,
    success: { status: 200, description: 'As of diff', content: changeDifference },
    async run({ hub, caller, params: { id } }) {
      const found = await hub.store.changeRequest(caller.tenant.id, id);
      if (found === null) return notFound(`change ${id}`);
      const lines = await differenceOf(hub, caller.tenant.id, found);
      return json(200, { lines: lines.slice(0, maxShownLines), isWhole: lines.length <= maxShownLines });
    },
  }),
  route({
    method: 'POST',
    path: `${hubPaths.changes}/:id/signatures`,
    summary: 'Takes an approver’s signature; the last that is needed publishes',
    permission: 'change:approve',
    params: one,
    body: changeSignature,
    success: { status: 200, description: 'Counted', content: changeOutcome },
    run: async ({ hub, caller, params: { id }, body }) =>
      rule(
        hub,
        caller,
        (desk) => approve(desk, id, body),
        (outcome) => json(200, outcome),
      ),
  }),
  route({
    method: 'DELETE',
    path: `${hubPaths.changes}/:id`,
    summary: 'Takes a change back: its author, or an admin',
    permission: 'change:propose',
    params: one,
    success: { status: 204, description: 'Withdrawn', content: null },
    run: async ({ hub, caller, params: { id } }) =>
      rule(
        hub,
        caller,
        (desk) => withdraw(desk, id, caller),
        () => ({ status: 204, type: '', body: null }),
      ),
  }),
];

/** What a change alters: against what is in force, or for one that was published against what was in force before it. */
async function differenceOf(
  { store }: Hub,
  tenant: number,
  { number, bundle, state }: ChangeRequest,
): Promise<readonly string[]> {
  const published = (await store.changeRequests(tenant)).filter((each) => each.state === 'published');
  const before = published
    .filter((each) => state === 'open' || each.number < number)
    .sort((a, b) => b.number - a.number)[0];
  const old = before === undefined ? null : await store.changeRequest(tenant, before.id);
  return bundleDifference(old === null ? null : read(old.bundle), read(bundle));
}

function read(text: string): Bundle {
  const bundle = readBundle(text);
  if (typeof bundle === 'string') throw new Error(`a bundle of the store cannot be read: ${bundle}`);
  return bundle;
}

async function shown(hub: Hub, tenant: number, request: ChangeRequest): Promise<ChangeShown> {
  const [{ root }, approvals] = await Promise.all([
    readShelf(deskOf(hub, tenant)),
    hub.store.approvals(tenant, request.id),
  ]);
  const { keys, threshold } = root === null ? { keys: {}, threshold: 1 } : approversOf(root);
  return {
    ...summary(request),
    threshold,
    approvals: approvals.map(({ keyId, at }) => ({
      keyId,
      owner: ownerOf(keys[keyId]) ?? 'nobody any more',
      at: new Date(at).toISOString(),
    })),
    bundle: request.bundle,
    rollout: request.rollout,
    draft: JSON.parse(request.draft) as Record<string, unknown>,
  };
}

function summary({
  id,
  state,
  author,
  title,
  number,
  openedAt,
  replaces,
}: Omit<ChangeRequest, 'bundle' | 'rollout' | 'draft'>): ChangeSummary {
  return { id, state, author, title, number, replaces, openedAt: new Date(openedAt).toISOString() };
}
