/** Devices: who may send decisions, and how far each has come. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface Device {
  readonly tenant: number;
  readonly id: string;
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly enrolledAt: number;
  readonly revokedAt: number | null;
  readonly seenAt: number | null;
  readonly seq: number;
  readonly head: string;
  readonly missing: number;
  readonly awaited: number;
  readonly forked: 0 | 1;
  /** JSON: what it said of itself last. */
  readonly status: string | null;
}

interface Fleet {
  /** Those that are not revoked. */
  readonly devices: number;
  /** The one that was not heard of for the longest time; `seenAt` is null where it never was. */
  readonly longestUnseen: { readonly id: string; readonly name: string; readonly seenAt: number | null } | null;
}

export interface Devices {
  fleet(tenant: number): Promise<Fleet>;
  devices(tenant: number, page: { readonly after: string; readonly limit: number }): Promise<readonly Device[]>;
  device(tenant: number, id: string): Promise<Device | null>;
  /** The device that has this key, in whichever tenant. */
  deviceByKey(keyId: string): Promise<Device | null>;
  /** The keys of the devices that are not revoked, by the devices' ids. */
  deviceKeys(tenant: number): Promise<ReadonlyMap<string, string>>;
  /** What a device says of itself, as JSON, and when it said so. */
  noteStatus(tenant: number, id: string, said: { readonly status: string; readonly at: number }): Promise<void>;
}

export function deviceQueries(db: Kysely<Tables>): Devices {
  const all = db
    .selectFrom('device')
    .select(['tenant', 'id', 'name', 'platform', 'labels', 'seq', 'head', 'missing', 'awaited', 'forked', 'status'])
    .select(['key_id as keyId', 'public_key as publicKey', 'enrolled_at as enrolledAt'])
    .select(['revoked_at as revokedAt', 'seen_at as seenAt']);
  // Asked with every request of a device: to build a query anew takes longer than to answer it.
  const byId = all.where('tenant', '=', 0).where('id', '=', '').compile();
  return {
    async devices(tenant, { after, limit }) {
      const rows = all.where('tenant', '=', tenant).where('id', '>', after).orderBy('id').limit(limit);
      return (await rows.execute()).map(read);
    },
    async device(tenant, id) {
      const [row] = (await db.executeQuery<DeviceRow>({ ...byId, parameters: [tenant, id] })).rows;
      return row === undefined ? null : read(row);
    },
    async deviceByKey(keyId) {
      const row = await all.where('key_id', '=', keyId).executeTakeFirst();
      return row === undefined ? null : read(row);
    },
    async deviceKeys(tenant) {
      const own = db.selectFrom('device').select(['id', 'key_id as keyId']).where('tenant', '=', tenant);
      const rows = await own.where('revoked_at', 'is', null).execute();
      return new Map(rows.map(({ id, keyId }) => [id, keyId]));
    },
    async fleet(tenant) {
      const own = db.selectFrom('device').where('tenant', '=', tenant).where('revoked_at', 'is', null);
      const { devices } = await own
        .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('devices'))
        .executeTakeFirstOrThrow();
      const longestUnseen = await own
        .select(['id', 'name', 'seen_at as seenAt'])
        .orderBy(({ fn }) => fn.coalesce('seen_at', 'enrolled_at'))
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      return { devices, longestUnseen: longestUnseen ?? null };
    },
    async noteStatus(tenant, id, { status, at }) {
      const said = { status, seen_at: at };
      await db.updateTable('device').set(said).where('tenant', '=', tenant).where('id', '=', id).execute();
    },
  };
}

type DeviceRow = Omit<Device, 'labels'> & { readonly labels: string };

function read<Row extends { readonly labels: string }>(
  row: Row,
): Omit<Row, 'labels'> & { readonly labels: Readonly<Record<string, string>> } {
  return { ...row, labels: JSON.parse(row.labels) as Record<string, string> };
}
