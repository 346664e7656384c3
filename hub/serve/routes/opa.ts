/** OPA's own APIs: bundles, discovery, decision logs and status. The service's address in its configuration is `…/v1/opa`. */
import { createPublicKey } from 'node:crypto';
import * as z from 'zod';
import type { Hub } from '../../hub.ts';
import { opaEntries, opaEvents, opaStanding, opaStatus } from '../../intake/opa.ts';
import type { OpaBundle } from '../../opa/bundles.ts';
import { deskOf } from '../../policies/turn.ts';
import { type OpaAgentShown, opaAgentList } from '../../protocol/opa.ts';
import { plainText } from '../../store/plainText.ts';
import type { NewEntry } from '../../store/store.ts';
import { held, wantedSeconds } from '../hold.ts';
import { json, notFound, type Route, refuse, route, text } from '../route.ts';

/** By this name an OPA knows that the hub holds requests. */
const longPollType = 'application/vnd.openpolicyagent.bundles';

export const opaRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/opa/bundles/:name',
    summary: 'A signed bundle: `kerb` is what is published, `discovery` an OPA’s configuration; can be waited for',
    permission: 'policy:read',
    params: z.object({ name: z.string().max(100) }),
    success: { status: 200, description: 'A gzipped tar with `.signatures.json`', content: 'application/gzip' },
    async run({ hub, caller: { tenant }, params: { name }, headers }) {
      const type = wantedSeconds(headers) > 0 ? longPollType : 'application/gzip';
      return held({ hub, tenant: tenant.id, headers }, async () => {
        const bundle = await bundleNamed(hub, tenant.id, name);
        if (bundle === null) return notFound(`bundle ${name}`);
        return { status: 200, type, body: bundle.bytes, headers: { etag: bundle.etag } };
      });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/opa/key',
    summary: 'The public key of these bundles: hand it to each OPA by another way than this',
    permission: 'policy:read',
    success: { status: 200, description: 'A PEM, ECDSA on P-256: ES256', content: 'text/plain' },
    run: async ({ hub }) => text(createPublicKey(hub.opaKey).export({ type: 'spki', format: 'pem' }) as string),
  }),
  route({
    method: 'POST',
    path: '/v1/opa/logs',
    summary: 'Takes events of an OPA’s decision log, and answers when they are on disk and in the log',
    permission: 'decision:write',
    body: opaEvents,
    takesNul: true,
    maxBody: 20_000_000,
    success: {
      status: 200,
      description: 'How many are new, and how many were there already',
      content: z.object({ taken: z.int(), known: z.int() }),
    },
    async run({ hub, caller, body: events }) {
      const mask = await hub.masks.of(caller.tenant.id);
      const entries = opaEntries(events, { by: caller, received: hub.now(), mask });
      const taken = await commit(hub, caller.tenant.id, entries);
      return json(200, { taken, known: events.length - taken });
    },
  }),
  route({
    method: 'POST',
    path: '/v1/opa/status',
    summary: 'Takes what an OPA says of itself',
    permission: 'decision:write',
    body: opaStatus,
    takesNul: true,
    maxBody: 2_000_000,
    success: { status: 204, description: 'Kept', content: null },
    async run({ hub, caller, body }) {
      const agent = { token: caller.id, id: plainText(body.labels.id ?? ''), seenAt: hub.now() };
      const standing = JSON.stringify(opaStanding(body));
      const isNoted = await hub.store.noteOpaAgent(caller.tenant.id, { ...agent, standing });
      return isNoted ? { status: 204, type: '', body: null } : refuse(429, 'tooMany', 'too many agents report here');
    },
  }),
  route({
    method: 'GET',
    path: '/v1/opa/agents',
    summary: 'Agents of OPA, those heard of last first: which bundle each has, and what it has thrown away',
    permission: 'device:read',
    success: { status: 200, description: 'At most 1,000', content: opaAgentList },
    async run({ hub, caller: { tenant } }) {
      const [agents, tokens] = await Promise.all([hub.store.opaAgents(tenant.id), hub.store.tokens(tenant.id)]);
      const names = new Map(tokens.map(({ id, name }) => [id, name]));
      const shown = agents.map(({ token, id, standing, seenAt }) => ({
        ...(JSON.parse(standing) as Omit<OpaAgentShown, 'id' | 'token' | 'seenAt'>),
        ...{ id, token: names.get(token) ?? token, seenAt: new Date(seenAt).toISOString() },
      }));
      return json(200, { agents: shown });
    },
  }),
];

async function bundleNamed(hub: Hub, tenant: number, name: string): Promise<OpaBundle | null> {
  if (name === 'discovery') return hub.opaBundles.discovery();
  return name === 'kerb' ? hub.opaBundles.published(deskOf(hub, tenant)) : null;
}

/** How many are new. An event that is in the log in another form stays as it came first, and keeps no other back. */
async function commit(hub: Hub, tenant: number, entries: readonly NewEntry[]): Promise<number> {
  if (entries.length === 0) return 0;
  const outcome = await hub.sequencer.submit(tenant, { kind: 'records', entries, changes: [] });
  if (outcome.kind === 'idTaken') {
    const others = entries.filter(({ id }) => id !== outcome.id);
    return commit(hub, tenant, others);
  }
  if (outcome.kind !== 'committed') throw new Error(`events of an OPA were not committed: ${outcome.kind}`);
  hub.measures.ingested(tenant, 'opa', outcome.added);
  if (outcome.added > 0) hub.news.announce(tenant, 'journal');
  return outcome.added;
}
