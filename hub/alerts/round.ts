/** One look: what holds now is compared with what was noted, and whoever is to be told is told. */

import type { Hub } from '../hub.ts';
import { deskOf } from '../policies/turn.ts';
import type { Alert, Notice, Receiver } from '../store/query/alert.ts';
import type { Tenant } from '../store/query/tenant.ts';
import { type Condition, conditionId, conditions } from './condition.ts';
import { messageFor } from './message.ts';
import { dueGroups, type Group } from './notice.ts';

type Parts = Pick<Hub, 'store' | 'online' | 'now' | 'url' | 'say' | 'samples'>;

const withinMs = 10_000;
const keepMs = 7 * 86_400_000;

/** Whether anything has changed since the last look. */
export async function lookForAlerts(hub: Parts, tenant: Tenant): Promise<boolean> {
  const { store } = hub;
  const now = hub.now();
  const standing = await store.alerts(tenant.id);
  const found = await conditions({ store, desk: deskOf(hub, tenant.id), now, standing, samples: hub.samples });
  const changed = changedAlerts(standing, found, now);
  await store.keepAlerts(tenant.id, changed);
  await store.forgetAlerts(tenant.id, now - keepMs);
  await tellAll(hub, tenant);
  return changed.length > 0;
}

/** What is new, what is said otherwise now, and what holds no more. Pure. */
export function changedAlerts(before: readonly Alert[], found: readonly Condition[], now: number): readonly Alert[] {
  const known = new Map(before.map((alert) => [alert.id, alert]));
  const holding = new Map(found.map((condition) => [conditionId(condition), condition]));
  const firing = [...holding].flatMap(([id, condition]) => {
    const old = known.get(id);
    const since = old === undefined || old.resolvedAt !== null ? now : old.since;
    const alert = { id, ...condition, since, resolvedAt: null };
    return old?.resolvedAt === null && old.summary === alert.summary ? [] : [alert];
  });
  const resolved = before
    .filter(({ id, resolvedAt }) => resolvedAt === null && !holding.has(id))
    .map((alert) => ({ ...alert, resolvedAt: now }));
  return [...firing, ...resolved];
}

async function tellAll(hub: Parts, tenant: Tenant): Promise<void> {
  const { store } = hub;
  const now = hub.now();
  const [receivers, notices, alerts, silences] = await Promise.all([
    store.receivers(tenant.id),
    store.notices(tenant.id),
    store.alerts(tenant.id),
    store.silences(tenant.id, now),
  ]);
  // Nobody waits for another one who does not answer.
  await Promise.all(
    receivers.map(async (receiver) => {
      for (const group of dueGroups(receiver, notices, { alerts, silences, now })) {
        const last = notices.find(({ receiver: id, kind }) => id === receiver.id && kind === group.kind) ?? null;
        await tell(hub, tenant, { receiver, group, last, now });
      }
    }),
  );
}

/** Whoever of several processes takes the notice over sends it. What did not get there is sent with the next. */
async function tell(
  hub: Parts,
  tenant: Tenant,
  { receiver, group, last, now }: { receiver: Receiver; group: Group; last: Notice | null; now: number },
): Promise<void> {
  const about = { receiver: receiver.id, kind: group.kind, sentAt: now };
  const told = { ...about, digest: group.digest, told: group.firing.map(({ id }) => id), failure: null };
  if (!(await hub.store.takeNotice(tenant.id, told, last?.sentAt ?? null))) return;
  const failure = await send(messageFor(receiver, group, { tenant: tenant.name, url: hub.url, now }));
  if (failure === null) return;
  hub.say(`alerts of ${tenant.name} did not get to ${receiver.name}: ${failure}`);
  await hub.store.takeNotice(tenant.id, { ...about, digest: '', told: last?.told ?? [], failure }, now);
}

/** Why it did not get there; null where it did. No word of the address, which may hold a secret. */
async function send({ url, body }: ReturnType<typeof messageFor>): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(withinMs),
    });
    await answer.body?.cancel();
    return answer.ok ? null : `it answers ${answer.status}`;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'it does not answer' : 'it cannot be reached';
  }
}
