/** What somebody has to look at, as it is now: read from what the hub knows. */
import { canonicalize } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import type { Desk } from '../policies/ruling.ts';
import { readShelf } from '../policies/shelf.ts';
import { alertKinds } from '../protocol/alert.ts';
import { standingRollout } from '../rollout/stage.ts';
import type { Alert } from '../store/query/alert.ts';
import type { Store } from '../store/store.ts';
import { type AnomalyFigures, newRepositories, type Samples, unusualCounts } from './anomaly.ts';
import { fallenCounts } from './fallen.ts';

export type AlertKind = (typeof alertKinds)[number];

/** One of them. `kind` and `labels` are what it is; what is said of it may change. */
export interface Condition {
  readonly kind: AlertKind;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Ids of records in the log that it rests on. */
  readonly records: readonly string[];
  /** What an anomaly is told by; null otherwise. */
  readonly figures: AnomalyFigures | null;
}

type Seen = Omit<Condition, 'kind' | 'figures'> & { readonly figures?: AnomalyFigures };

export interface Sight {
  readonly store: Store;
  readonly desk: Desk;
  readonly now: number;
  /** Alerts as they were noted last. */
  readonly standing: readonly Alert[];
  readonly samples: Samples;
}

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const refusalsMs = 60 * minuteMs;
const fewestRefusals = 10;
const lookBackMs = dayMs;
const unseenMs = 14 * dayMs;
const endingMs = 14 * dayMs;
/** Of one kind: whoever has more has another problem than each of them. */
const most = 200;

/** The same for the same kind and labels, wherever it is worked out. */
export function conditionId({ kind, labels }: Pick<Condition, 'kind' | 'labels'>): string {
  return sha256Hex(canonicalize({ kind, labels })).slice(0, 32);
}

export async function conditions(sight: Sight): Promise<readonly Condition[]> {
  const seen = await Promise.all(
    alertKinds.map(async (kind) =>
      (await lookFor[kind](sight)).slice(0, most).map((each) => ({ kind, figures: null, ...each })),
    ),
  );
  return seen.flat();
}

const lookFor: Readonly<Record<AlertKind, (sight: Sight) => Promise<readonly Seen[]>>> = {
  async repeatedRefusals({ store, desk: { tenant }, now }) {
    const sources = await store.refusalSources(tenant, { since: now - refusalsMs, least: fewestRefusals, limit: most });
    return sources.map(({ device, repository, count, last }) => ({
      labels: { ...(device === null ? {} : { device }), repository },
      summary: `${count} refusals within an hour in ${repository}${device === null ? '' : `, from device ${device}`}`,
      records: [last],
    }));
  },
  async newCiIdentity({ store, desk: { tenant }, now }) {
    const jobs = await store.jobsSince(tenant, { since: now - lookBackMs, limit: most });
    return jobs.map(({ subject, issuer, record }) => ({
      labels: { issuer, subject },
      summary: `a job of CI decides for the first time: ${subject}, as ${issuer} says`,
      records: [record],
    }));
  },
  async bypass({ store, desk: { tenant }, now }) {
    const sources = await store.bypassSources(tenant, { since: now - lookBackMs, limit: most });
    return sources.map(({ device, repository, origin, count, last }) => ({
      labels: { ...(device === null ? {} : { device }), repository, origin },
      summary: `${count === 1 ? 'one commit or push' : `${count} commits or pushes`} in ${repository} within a day ${origin === 'bypass' ? 'passed no gate' : 'broke the glass'}`,
      records: [last],
    }));
  },
  async missingDecisions({ store, desk: { tenant } }) {
    const devices = await store.troubledDevices(tenant, most);
    return devices
      .filter(({ missing, awaited }) => missing + awaited > 0)
      .map(({ id, name, missing, awaited }) => ({
        labels: { device: id },
        summary: `${missing + awaited} decisions of ${name} are not here`,
        records: [],
      }));
  },
  async logInconsistent({ store, desk: { tenant } }) {
    const [frontier, checkpoint] = await Promise.all([store.frontier(tenant), store.checkpoint(tenant)]);
    const devices = await store.troubledDevices(tenant, most);
    const isShort = checkpoint !== null && checkpoint.size > frontier.size;
    const seen = [
      ...(isShort ? [{ labels: { sign: 'shorter' }, summary: 'the log is shorter than its newest checkpoint' }] : []),
      ...devices
        .filter(({ forked }) => forked === 1)
        .map(({ id, name }) => ({
          labels: { device: id, sign: 'twoHistories' },
          summary: `device ${name} has sent two histories`,
        })),
      ...devices.flatMap(({ id, name, alarm }) =>
        alarm === null ? [] : [{ labels: { device: id, sign: 'witness' }, summary: `device ${name}: ${alarm}` }],
      ),
    ];
    return seen.map((each) => ({ ...each, records: [] }));
  },
  async staleDevice({ store, desk: { tenant }, now }) {
    const devices = await store.unseenDevices(tenant, { before: now - unseenMs, limit: most });
    return devices.map(({ id, name, seenAt }) => ({
      labels: { device: id },
      summary: `${name} was not heard of since ${new Date(seenAt).toISOString().slice(0, 10)}`,
      records: [],
    }));
  },
  async expiringException({ store, desk: { tenant }, now }) {
    const asked = { state: 'granted', endsBefore: now + endingMs, now, limit: most } as const;
    const ending = await store.askedExceptions(tenant, asked);
    return ending.map(({ id, policy, repository, expiresAt }) => ({
      labels: { exception: id, policy, repository },
      summary: `exception ${id} from ${policy} in ${repository} ends on ${new Date(expiresAt).toISOString().slice(0, 10)}`,
      records: [],
    }));
  },
  unusualCount: ({ desk: { tenant }, ...sight }) => unusualCounts({ tenant, ...sight }),
  fallenCount: ({ desk: { tenant }, ...sight }) => fallenCounts({ tenant, ...sight }),
  newRepository: ({ store, desk: { tenant }, now }) => newRepositories({ store, tenant, now, limit: most }),
  async haltedRollout({ desk }) {
    const standing = await standingRollout(desk, await readShelf(desk));
    if (standing?.state.state !== 'halted') return [];
    const { rollout, state } = standing;
    const summary = `the rollout of bundle ${rollout.version} was halted: ${state.reason ?? 'nobody said why'}`;
    return [{ labels: { bundle: String(rollout.version) }, summary, records: [] }];
  },
};
