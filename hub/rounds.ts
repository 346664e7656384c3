/** What a hub does by itself, again and again: for each tenant, and where one fails the others go on. */
import { lookForAlerts } from './alerts/round.ts';
import type { Hub } from './hub.ts';
import { signEnd } from './log/log.ts';
import { renewals } from './policies/shelf.ts';
import { inTurn } from './policies/turn.ts';
import { watchRollout } from './rollout/watch.ts';
import { perform } from './serve/perform.ts';
import type { Tenant } from './store/query/tenant.ts';

const dayMs = 86_400_000;
/** After they are over, so that an admin can still see who was here. */
const keepSignInsMs = 30 * dayMs;
/** Of what each actor does by the hour: what baselines are made of, and a little more. */
const keepHoursMs = 35 * dayMs;
/** What was not seen for so long is new when it is seen again. */
const keepSightsMs = 90 * dayMs;

/** Does something again and again, never twice at once. */
export function regularly(everyMs: number, work: () => Promise<void>): { close(): Promise<void> } {
  let round: Promise<void> | null = null;
  const timer = setInterval(() => {
    round ??= work().finally(() => {
      round = null;
    });
  }, everyMs);
  return {
    async close() {
      clearInterval(timer);
      await round;
    },
  };
}

/** Signs each log's end while there is news. */
export function signAll(hub: Hub): Promise<void> {
  const signer = { key: hub.logKey, now: hub.now };
  const failed = (name: string): string => `the log of ${name} could not be signed`;
  return forEachTenant(hub, failed, async (tenant) => void (await signEnd(hub.store, tenant, signer)));
}

/** Keeps what the hub itself signs of each tenant's policies from running out. */
export function renewAll(hub: Hub): Promise<void> {
  return forEachTenant(
    hub,
    (name) => `the timestamp of ${name} could not be renewed`,
    (tenant) =>
      inTurn(hub, tenant.id, async (desk) => {
        const files = await renewals(desk);
        if (files.length === 0) return;
        const version = files.at(-1)!.version;
        const deed = { act: 'timestamp.renew', subject: { version }, changes: [{ kind: 'publish', files }] } as const;
        await perform(hub, hubItself(tenant), deed);
        hub.news.announce(tenant.id, 'policies');
      }),
  );
}

/** Halts rollouts that go badly. */
export function watchAll(hub: Hub): Promise<void> {
  const failed = (name: string): string => `the rollout of ${name} could not be looked after`;
  return forEachTenant(hub, failed, (tenant) => watchRollout(hub, tenant));
}

/** Looks what somebody has to be told. */
export function lookAfterAlerts(hub: Hub): Promise<void> {
  return forEachTenant(
    hub,
    (name) => `alerts of ${name} could not be looked for`,
    async (tenant) => {
      if (await lookForAlerts(hub, tenant)) hub.news.announce(tenant.id, 'alerts');
    },
  );
}

/** One after the other; what fails is said, and the others go on. */
async function forEachTenant(
  { store, say }: Hub,
  failed: (name: string) => string,
  work: (tenant: Tenant) => Promise<void>,
): Promise<void> {
  try {
    for (const tenant of await store.tenants()) {
      try {
        await work(tenant);
      } catch (error) {
        say(`${failed(tenant.name)}: ${wordsOf(error)}`);
      }
    }
  } catch (error) {
    say(`the database does not answer: ${wordsOf(error)}`);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Forgets what was kept long enough. */
export async function maintain({ store, now, say }: Hub): Promise<void> {
  try {
    await store.maintain(now());
    await store.forgetSignIns(now() - keepSignInsMs);
    await store.forgetBaselines({ hour: now() - keepHoursMs, seen: now() - keepSightsMs });
  } catch (error) {
    say(`the database could not be maintained: ${wordsOf(error)}`);
  }
}

/** Who acts where the hub does something by itself. */
export function hubItself(tenant: Tenant) {
  return { tenant, id: 'hub', name: 'hub', role: 'admin' } as const;
}
