/** Alerts: which stand, what holds them back, and who is told. */
import * as z from 'zod';
import { silenceOf } from '../../alerts/notice.ts';
import { newId } from '../../log/act.ts';
import { isOutwardAddress } from '../../outward.ts';
import { alertList, receiver, receiverList, silence, silenceList } from '../../protocol/alert.ts';
import { perform } from '../perform.ts';
import { json, notFound, type Route, refuse, route } from '../route.ts';

const one = z.object({ id: z.uuid() });
const made = { status: 201, description: 'Its id', content: one } as const;
const gone = { status: 204, description: 'Gone', content: null } as const;
const maxEach = 200;
const maxSilenceMs = 90 * 86_400_000;

export const alertRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/alerts',
    summary: 'What somebody has to look at, and what was until a while ago; the newest first',
    permission: 'alert:read',
    success: { status: 200, description: 'At most 5,000', content: alertList },
    async run({ hub: { store, now }, caller: { tenant } }) {
      const [alerts, silences] = await Promise.all([store.alerts(tenant.id), store.silences(tenant.id, now())]);
      const shown = alerts.map((alert) => ({
        ...alert,
        figures: alert.figures === null ? null : { ...alert.figures, hour: iso(alert.figures.hour) },
        since: iso(alert.since),
        resolvedAt: alert.resolvedAt === null ? null : iso(alert.resolvedAt),
        silencedBy: silenceOf(alert, silences, now())?.id ?? null,
      }));
      return json(200, { alerts: shown });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/alerts/silences',
    summary: 'Silences in force',
    permission: 'alert:read',
    success: { status: 200, description: 'Silences', content: silenceList },
    async run({ hub: { store, now }, caller: { tenant } }) {
      const silences = await store.silences(tenant.id, now());
      return json(200, { silences: silences.map((each) => ({ ...each, expiresAt: iso(each.expiresAt) })) });
    },
  }),
  route({
    method: 'POST',
    path: '/v1/alerts/silences',
    summary: 'Holds alerts back until an instant, with a reason',
    permission: 'alert:write',
    body: silence,
    success: made,
    async run({ hub, caller, body: { kind, labels, reason, expiresAt: until } }) {
      const [now, expiresAt] = [hub.now(), Date.parse(until)];
      if (expiresAt <= now || expiresAt > now + maxSilenceMs)
        return refuse(400, 'invalid', 'a silence ends, within 90 days');
      if ((await hub.store.silences(caller.tenant.id, now)).length >= maxEach)
        return refuse(409, 'tooMany', `there are ${maxEach} silences already`);
      const added = { id: newId(now), kind, labels, reason, by: caller.name, expiresAt };
      await perform(hub, caller, {
        act: 'silence.add',
        subject: { id: added.id, kind, labels: JSON.stringify(labels), reason, expiresAt: iso(expiresAt) },
        changes: [{ kind: 'addSilence', silence: added }],
      });
      return json(201, { id: added.id });
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/alerts/silences/:id',
    summary: 'Ends a silence',
    permission: 'alert:write',
    params: one,
    success: gone,
    async run({ hub, caller, params: { id } }) {
      const known = (await hub.store.silences(caller.tenant.id, hub.now())).some((each) => each.id === id);
      if (!known) return notFound(`silence ${id}`);
      await perform(hub, caller, { act: 'silence.remove', subject: { id }, changes: [{ kind: 'removeSilence', id }] });
      return { status: 204, type: '', body: null };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/alerts/receivers',
    summary: 'Who is told, without the secret part of the address',
    permission: 'alert:read',
    success: { status: 200, description: 'Receivers', content: receiverList },
    async run({ hub: { store }, caller: { tenant } }) {
      const [receivers, notices] = await Promise.all([store.receivers(tenant.id), store.notices(tenant.id)]);
      const shown = receivers.map(({ url, ...each }) => {
        const failing = notices.find((notice) => notice.receiver === each.id && notice.failure !== null);
        return { ...each, host: new URL(url).host, failing: failing?.failure ?? null };
      });
      return json(200, { receivers: shown });
    },
  }),
  route({
    method: 'POST',
    path: '/v1/alerts/receivers',
    summary: 'Tells a webhook, a Slack webhook or an Alertmanager from now on',
    permission: 'receiver:write',
    body: receiver,
    success: made,
    async run({ hub, caller, body }) {
      if (!isOutwardAddress(body.url))
        return refuse(400, 'invalid', 'the address is https, without a name, a password or a query');
      if ((await hub.store.receivers(caller.tenant.id)).length >= maxEach)
        return refuse(409, 'tooMany', `there are ${maxEach} receivers already`);
      const id = newId(hub.now());
      const { name, form, kinds } = body;
      await perform(hub, caller, {
        act: 'receiver.add',
        subject: { id, name, form, kinds: kinds.join(' '), host: new URL(body.url).host },
        changes: [{ kind: 'addReceiver', receiver: { id, ...body } }],
      });
      return json(201, { id });
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/alerts/receivers/:id',
    summary: 'Tells it no more',
    permission: 'receiver:write',
    params: one,
    success: gone,
    async run({ hub, caller, params: { id } }) {
      const known = (await hub.store.receivers(caller.tenant.id)).find((each) => each.id === id);
      if (known === undefined) return notFound(`receiver ${id}`);
      const subject = { id, name: known.name };
      await perform(hub, caller, { act: 'receiver.remove', subject, changes: [{ kind: 'removeReceiver', id }] });
      return { status: 204, type: '', body: null };
    },
  }),
];

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
