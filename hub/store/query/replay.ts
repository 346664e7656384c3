/** Replays of changes: the question, who has taken it, and the answers. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface AskedReplay {
  /** Id of the change. */
  readonly request: string;
  /** JSON: the envelope that a person signed. */
  readonly question: string;
  readonly owner: string;
  readonly askedAt: number;
  readonly expiresAt: number;
}

export interface ReplayAnswerRow {
  readonly request: string;
  readonly device: string;
  /** JSON: a summary. */
  readonly answer: string;
  readonly at: number;
}

interface ReplayCounts {
  readonly taken: number;
  readonly answered: number;
}

export interface Replays {
  askedReplay(tenant: number, request: string): Promise<AskedReplay | null>;
  /** Changes that are open, whose question is as well, and that this device has not answered; at most 50. */
  openReplays(tenant: number, device: string, now: number): Promise<readonly string[]>;
  /** Notes that a device has fetched the question. */
  noteReplayTaken(tenant: number, request: string, by: { readonly device: string; readonly at: number }): Promise<void>;
  hasAnsweredReplay(tenant: number, request: string, device: string): Promise<boolean>;
  replayCounts(tenant: number, request: string): Promise<ReplayCounts>;
  /** Answers by device, a page at a time. */
  replayAnswers(
    tenant: number,
    request: string,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly { readonly device: string; readonly answer: string }[]>;
}

const maxOpen = 50;

export function replayQueries(db: Kysely<Tables>): Replays {
  const ofRequest = (tenant: number, request: string) =>
    db.selectFrom('replay_device').where('tenant', '=', tenant).where('request', '=', request);
  return {
    async askedReplay(tenant, request) {
      const row = db
        .selectFrom('replay')
        .select(['request', 'question', 'owner', 'asked_at as askedAt', 'expires_at as expiresAt'])
        .where('tenant', '=', tenant)
        .where('request', '=', request);
      return (await row.executeTakeFirst()) ?? null;
    },
    async openReplays(tenant, device, now) {
      const rows = await db
        .selectFrom('replay')
        .innerJoin('change_request as change', (join) =>
          join.onRef('change.tenant', '=', 'replay.tenant').onRef('change.id', '=', 'replay.request'),
        )
        .leftJoin('replay_device as own', (join) =>
          join
            .onRef('own.tenant', '=', 'replay.tenant')
            .onRef('own.request', '=', 'replay.request')
            .on('own.device', '=', device),
        )
        .select('replay.request')
        .where('replay.tenant', '=', tenant)
        .where('change.state', '=', 'open')
        .where('replay.expires_at', '>', now)
        .where('own.answered_at', 'is', null)
        .orderBy('replay.asked_at')
        .orderBy('replay.request')
        .limit(maxOpen)
        .execute();
      return rows.map(({ request }) => request);
    },
    async noteReplayTaken(tenant, request, { device, at }) {
      await db
        .insertInto('replay_device')
        .values({ tenant, request, device, taken_at: at, answer: null, answered_at: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async hasAnsweredReplay(tenant, request, device) {
      const own = ofRequest(tenant, request).select('answered_at').where('device', '=', device);
      return ((await own.executeTakeFirst())?.answered_at ?? null) !== null;
    },
    async replayCounts(tenant, request) {
      return ofRequest(tenant, request)
        .select(({ fn, cast }) => [
          cast<number>(fn.countAll(), 'bigint').as('taken'),
          cast<number>(fn.count('answered_at'), 'bigint').as('answered'),
        ])
        .executeTakeFirstOrThrow();
    },
    async replayAnswers(tenant, request, { after, limit }) {
      const rows = await ofRequest(tenant, request)
        .select(['device', 'answer'])
        .where('answer', 'is not', null)
        .where('device', '>', after)
        .orderBy('device')
        .limit(limit)
        .execute();
      return rows.flatMap(({ device, answer }) => (answer === null ? [] : [{ device, answer }]));
    },
  };
}
