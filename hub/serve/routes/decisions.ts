/** Decisions as people look for them: search, one decision, and figures over many. */
import * as z from 'zod';
import { roles } from '../../identity/role.ts';
import { json, notFound, type Route, route } from '../route.ts';

const name = z.string().min(1).max(500);
const instant = z.iso.datetime().transform((text) => Date.parse(text));

const found = z.object({
  id: z.uuid(),
  index: z.int(),
  at: z.iso.datetime(),
  received: z.iso.datetime(),
  kind: z.enum(['decision', 'gap', 'act', 'opa']),
  device: name.nullable(),
  gate: name.nullable(),
  origin: name.nullable(),
  effect: z.enum(['allow', 'deny', 'indeterminate']).nullable(),
  passed: z.boolean().nullable(),
  repository: name.nullable(),
});

export const decisionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/decisions',
    summary: 'Finds decisions, the newest first; `next` is the `after` of the following page',
    permission: 'decision:read',
    query: z.strictObject({
      repository: name.optional(),
      policy: name.optional(),
      effect: z.enum(['allow', 'deny', 'indeterminate']).optional(),
      gate: name.optional(),
      device: name.optional(),
      kind: z.enum(['decision', 'gap', 'act', 'opa']).optional(),
      from: instant.optional(),
      to: instant.optional(),
      after: z.uuid().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    success: {
      status: 200,
      description: 'A page',
      content: z.object({ decisions: z.array(found), next: z.uuid().nullable() }),
    },
    async run({ hub, caller, query }) {
      const rows = await hub.store.search(caller.tenant.id, query);
      return json(200, { decisions: rows.map(shown), next: rows.length === query.limit ? rows.at(-1)!.id : null });
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
      content: found.partial().extend({ id: z.uuid(), index: z.int(), leaf: z.string(), body: z.string().nullable() }),
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
      content: z.object({
        hours: z.array(
          z.object({ hour: z.iso.datetime(), gate: name, effect: name, decisions: z.int(), latencyMs: z.number() }),
        ),
        policies: z.array(z.object({ policy: name, findings: z.int(), excepted: z.int() })),
        repositories: z.array(z.object({ repository: name, effect: name, decisions: z.int() })),
        missingDecisions: z.int(),
        logSize: z.int(),
      }),
    },
    async run({ hub: { store }, caller: { tenant }, query: { since } }) {
      const [hours, policies, repositories, missingDecisions, frontier] = await Promise.all([
        store.hours(tenant.id, since),
        store.topPolicies(tenant.id, since, 20),
        store.topRepositories(tenant.id, since, 20),
        store.missingDecisions(tenant.id),
        store.frontier(tenant.id),
      ]);
      const named = hours.map((each) => ({ ...each, hour: new Date(each.hour).toISOString() }));
      return json(200, { hours: named, policies, repositories, missingDecisions, logSize: frontier.size });
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
      content: z.object({ tenant: name, role: z.enum(roles), id: name, name }),
    },
    run: async ({ caller: { tenant, role, id, name: called } }) =>
      json(200, { tenant: tenant.name, role, id, name: called }),
  }),
];

function shown<Row extends { readonly at: number; readonly received: number }>(row: Row) {
  return { ...row, at: new Date(row.at).toISOString(), received: new Date(row.received).toISOString() };
}
