/** Decisions as people look for them: search, one decision, and figures over many. */
import * as z from 'zod';
import { mayDo, type Permission, permissions, type Role } from '../../identity/role.ts';
import { summaryOf } from '../../log/summary.ts';
import { caller, effects, overview, recordKinds, recordPage, shownRecord } from '../../protocol/decision.ts';
import { json, notFound, type Route, route } from '../route.ts';

const name = z.string().min(1).max(500);
const instant = z.iso.datetime().transform((text) => Date.parse(text));

export const decisionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/decisions',
    summary: 'Finds decisions, the newest first; `next` is the `after` of the following page',
    permission: 'decision:read',
    query: z.strictObject({
      repository: name.optional(),
      policy: name.optional(),
      effect: z.enum(effects).optional(),
      gate: name.optional(),
      device: name.optional(),
      kind: z.enum(recordKinds).optional(),
      from: instant.optional(),
      to: instant.optional(),
      after: z.uuid().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    success: {
      status: 200,
      description: 'A page',
      content: recordPage,
    },
    async run({ hub, caller, query }) {
      const rows = await hub.store.search(caller.tenant.id, query);
      const decisions = rows.map(({ body, ...row }) => ({ ...shown(row), about: summaryOf(row.kind, body) }));
      return json(200, { decisions, next: rows.length === query.limit ? rows.at(-1)!.id : null });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/decisions/:id',
    summary: 'One record: the very text whose SHA-256 its leaf in the log names',
    permission: 'decision:read',
    params: z.object({ id: z.uuid() }),
    success: {
      status: 200,
      description: 'The record; `body` is null once its time has passed, and `leaf` stays',
      content: shownRecord,
    },
    async run({ hub, caller, params: { id } }) {
      const [leaf, record] = await Promise.all([
        hub.store.leaf(caller.tenant.id, id),
        hub.store.record(caller.tenant.id, id),
      ]);
      if (leaf === null) return notFound(`record ${id}`);
      const { index } = leaf;
      return json(
        200,
        record === null ? { id, index, leaf: leaf.leaf, body: null } : { ...shown(record), leaf: leaf.leaf },
      );
    },
  }),
  route({
    method: 'GET',
    path: '/v1/overview',
    summary: 'Figures since an instant: decisions by hour, what fired most, where, and what is missing',
    permission: 'decision:read',
    query: z.strictObject({ since: instant }),
    success: {
      status: 200,
      description: 'Counted as decisions came in',
      content: overview,
    },
    async run({ hub: { store }, caller: { tenant }, query: { since } }) {
      const [hours, policies, repositories, missingDecisions, frontier, fleet, changes] = await Promise.all([
        store.hours(tenant.id, since),
        store.topPolicies(tenant.id, since, 20),
        store.topRepositories(tenant.id, since, 20),
        store.missingDecisions(tenant.id),
        store.frontier(tenant.id),
        store.fleet(tenant.id),
        store.changeRequests(tenant.id),
      ]);
      const named = hours.map((each) => ({ ...each, hour: new Date(each.hour).toISOString() }));
      const { devices, longestUnseen } = fleet;
      return json(200, {
        ...{ hours: named, policies, repositories, missingDecisions, logSize: frontier.size },
        fleet: { devices, longestUnseen: longestUnseen && { ...longestUnseen, seenAt: iso(longestUnseen.seenAt) } },
        openChanges: changes.filter(({ state }) => state === 'open').length,
      });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/me',
    summary: 'Who the hub takes the caller for',
    permission: 'log:read',
    success: {
      status: 200,
      description: 'The caller',
      content: caller,
    },
    run: async ({ caller: { tenant, role, id, name: called } }) =>
      json(200, { tenant: tenant.name, role, id, name: called, may: permissionsOf(role) }),
  }),
];

function permissionsOf(role: Role): readonly Permission[] {
  return (Object.keys(permissions) as Permission[]).filter((permission) => mayDo(role, permission));
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function shown<Row extends { readonly at: number; readonly received: number }>(row: Row) {
  return { ...row, at: new Date(row.at).toISOString(), received: new Date(row.received).toISOString() };
}
