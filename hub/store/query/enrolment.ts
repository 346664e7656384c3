/** Devices that wait for a person's word. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface Enrolment {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly keyId: string;
  /** The id that the device gave itself. */
  readonly device: string;
  readonly name: string;
  readonly platform: string;
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly polledAt: number;
  readonly tenant: number | null;
  readonly state: 'pending' | 'allowed' | 'denied';
}

export interface Enrolments {
  /** Forgets what has expired along the way. */
  addEnrolment(enrolment: Omit<Enrolment, 'tenant' | 'state' | 'polledAt'>): Promise<void>;
  enrolmentsWaiting(): Promise<number>;
  enrolmentByUserCode(userCode: string): Promise<Enrolment | null>;
  enrolmentByDeviceCode(deviceCode: string): Promise<Enrolment | null>;
  notePoll(deviceCode: string, at: number): Promise<void>;
  /** Whether it was pending until now. */
  decideEnrolment(
    userCode: string,
    decision: { readonly tenant: number; readonly state: 'allowed' | 'denied' },
  ): Promise<boolean>;
  /** Whether it was there: a code is used once. */
  takeEnrolment(deviceCode: string): Promise<boolean>;
}

export function enrolmentQueries(db: Kysely<Tables>): Enrolments {
  const all = db
    .selectFrom('enrolment')
    .select(['device_code as deviceCode', 'user_code as userCode', 'key_id as keyId', 'device', 'name', 'platform'])
    .select(['asked_at as askedAt', 'expires_at as expiresAt', 'polled_at as polledAt', 'tenant', 'state']);
  return {
    async addEnrolment({ deviceCode, userCode, keyId, device, name, platform, askedAt, expiresAt }) {
      await db.deleteFrom('enrolment').where('expires_at', '<', askedAt).execute();
      await db
        .insertInto('enrolment')
        .values({
          ...{ device_code: deviceCode, user_code: userCode, key_id: keyId, device, name, platform },
          ...{ asked_at: askedAt, expires_at: expiresAt, polled_at: 0, tenant: null, state: 'pending' },
        })
        .execute();
    },
    async enrolmentsWaiting() {
      const { waiting } = await db
        .selectFrom('enrolment')
        .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('waiting'))
        .executeTakeFirstOrThrow();
      return waiting;
    },
    enrolmentByUserCode: async (code) => (await all.where('user_code', '=', code).executeTakeFirst()) ?? null,
    enrolmentByDeviceCode: async (code) => (await all.where('device_code', '=', code).executeTakeFirst()) ?? null,
    async notePoll(code, at) {
      await db.updateTable('enrolment').set({ polled_at: at }).where('device_code', '=', code).execute();
    },
    async decideEnrolment(code, decision) {
      const { numUpdatedRows } = await db
        .updateTable('enrolment')
        .set(decision)
        .where('user_code', '=', code)
        .where('state', '=', 'pending')
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async takeEnrolment(code) {
      const { numDeletedRows } = await db.deleteFrom('enrolment').where('device_code', '=', code).executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}
