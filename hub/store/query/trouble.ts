/** What points to trouble: who is refused again and again, who passes by the gates, who is not heard of. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';
import { matchesByRun, type RecordFilter } from './run.ts';

/** Where records come from, with how many there are. */
interface Source {
  readonly device: string | null;
  readonly repository: string;
  readonly count: number;
  /** Id of the newest. */
  readonly last: string;
}

interface TroubledDevice {
  readonly id: string;
  readonly name: string;
  readonly missing: number;
  readonly awaited: number;
  readonly forked: 0 | 1;
  /** What it says of the hub's log; null where it says nothing against it. */
  readonly alarm: string | null;
}

interface Since {
  readonly since: number;
  readonly limit: number;
}

export interface Trouble {
  refusalSources(tenant: number, about: Since & { readonly least: number }): Promise<readonly Source[]>;
  bypassSources(tenant: number, about: Since): Promise<readonly (Source & { readonly origin: string })[]>;
  /** Devices that miss decisions, have two histories, or say that the log was changed, and are not revoked. */
  troubledDevices(tenant: number, limit: number): Promise<readonly TroubledDevice[]>;
  /** Those that are not revoked and were not heard of since; the longest ago come first. */
  unseenDevices(
    tenant: number,
    about: { readonly before: number; readonly limit: number },
  ): Promise<readonly { readonly id: string; readonly name: string; readonly seenAt: number }[]>;
}

const hourMs = 3_600_000;
/** Up to 76,800 records. */
const maxRunsCounted = 300;

export function troubleQueries(db: Kysely<Tables>): Trouble {
  return {
    refusalSources: (tenant, about) => refusalSources(db, tenant, about),
    bypassSources: (tenant, about) => bypassSources(db, tenant, about),
    async troubledDevices(tenant, limit) {
      const rows = await db
        .selectFrom('device')
        .select(['id', 'name', 'missing', 'awaited', 'forked', 'status'])
        .where('tenant', '=', tenant)
        .where('revoked_at', 'is', null)
        .where(({ eb, or }) =>
          or([
            eb('missing', '>', 0),
            eb('awaited', '>', 0),
            eb('forked', '=', 1),
            eb('status', 'like', '%"logAlarm":"%'),
          ]),
        )
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(({ status, ...row }) => ({ ...row, alarm: alarmIn(status) }));
    },
    async unseenDevices(tenant, { before, limit }) {
      const seenAt = sql<number>`coalesce(seen_at, enrolled_at)`;
      return db
        .selectFrom('device')
        .select(['id', 'name', seenAt.as('seenAt')])
        .where('tenant', '=', tenant)
        .where('revoked_at', 'is', null)
        .where(seenAt, '<', before)
        .orderBy(seenAt)
        .orderBy('id')
        .limit(limit)
        .execute();
    },
  };
}

/** What was counted by the hour says where to look, so that the records of everybody else are not looked through. */
async function refusalSources(
  db: Kysely<Tables>,
  tenant: number,
  { since, least, limit }: Since & { readonly least: number },
): Promise<readonly Source[]> {
  const counted = await db
    .selectFrom('gate_hour')
    .select('repository')
    .where('tenant', '=', tenant)
    .where('hour', '>=', since - (since % hourMs))
    .where('effect', '=', 'deny')
    .groupBy('repository')
    .having(({ fn }) => fn.sum('decisions'), '>=', least)
    .orderBy(({ fn }) => fn.sum('decisions'), 'desc')
    .limit(limit)
    .execute();
  const found: Source[] = [];
  for (const { repository } of counted) {
    const sources = await sourcesOf(db, tenant, { repository, effect: 'deny', from: since });
    found.push(...sources.filter(({ count }) => count >= least));
  }
  return found.sort((a, b) => b.count - a.count).slice(0, limit);
}

async function bypassSources(
  db: Kysely<Tables>,
  tenant: number,
  { since, limit }: Since,
): Promise<readonly (Source & { readonly origin: string })[]> {
  const found = [];
  for (const origin of ['bypass', 'breakGlass']) {
    const sources = await sourcesOf(db, tenant, { origin, from: since });
    found.push(...sources.map((source) => ({ ...source, origin })));
  }
  return found.sort((a, b) => b.count - a.count).slice(0, limit);
}

/** Where the newest of the matching records come from: those of so many runs. */
async function sourcesOf(db: Kysely<Tables>, tenant: number, filter: RecordFilter): Promise<readonly Source[]> {
  const sources = new Map<string, Source>();
  let runs = 0;
  for await (const { matches } of matchesByRun(db, tenant, { filter, page: 32 })) {
    if (++runs > maxRunsCounted) break;
    for (const { record } of matches) {
      const { id, device, repository: named } = record;
      const repository = named ?? '';
      const key = JSON.stringify([device, repository]);
      const { count, last } = sources.get(key) ?? { count: 0, last: id };
      const isNewest = id > last;
      sources.set(key, { device, repository, count: count + 1, last: isNewest ? id : last });
    }
  }
  return [...sources.values()];
}

function alarmIn(status: string | null): string | null {
  const said: unknown = status === null ? null : JSON.parse(status);
  const alarm = (said as { readonly logAlarm?: unknown } | null)?.logAlarm;
  return typeof alarm === 'string' ? alarm : null;
}
