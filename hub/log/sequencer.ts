/**
 * The way into the logs. Submissions wait in a bounded queue for each tenant, and are committed in groups: what came while
 * one group was written is the next. A submission is answered when its group is on disk, and not before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../store/store.ts';
import { type Care, type Outcome, planAppend, type Submission, wantedBy } from './plan.ts';

export interface Sequencer {
  /** Throws `BusyError` when too much is waiting: nothing of it is kept, and the sender tries again. */
  submit(tenant: number, submission: Submission): Promise<Outcome>;
  /** Entries that wait. */
  waiting(): number;
  /** Resolves when what waits has been committed. */
  close(): Promise<void>;
}

/** More has come than is written: the sender waits and tries again. */
export class BusyError extends Error {
  override name = 'BusyError';
}

export interface SequencerOptions {
  readonly store: Pick<Store, 'append'>;
  /** Entries that may wait, over all tenants. */
  readonly maxWaiting: number;
  /** Entries of one transaction; one submission alone may be larger. */
  readonly maxGroup: number;
}

/** A group is committed once nothing more has come for so long, */
const quietMs = 3;
/** or the first has waited so long. */
const maxGatherMs = 24;

interface Waiting {
  readonly submission: Submission;
  readonly size: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export function createSequencer({ store, maxWaiting, maxGroup }: SequencerOptions): Sequencer {
  const queues = new Map<number, Waiting[]>();
  const working = new Map<number, Promise<void>>();
  let waiting = 0;

  async function work(tenant: number, queue: Waiting[]): Promise<void> {
    await gather(queue);
    while (queue.length > 0) {
      const group = takeGroup(queue, maxGroup);
      await commit(store, tenant, group);
      waiting -= sizeOf(group);
      await gather(queue);
    }
    working.delete(tenant);
  }

  return {
    submit(tenant, submission) {
      const size = entriesOf(submission);
      if (waiting > 0 && waiting + size > maxWaiting)
        throw new BusyError('more decisions are waiting than can be kept');
      waiting += size;
      const queue = queues.get(tenant) ?? [];
      queues.set(tenant, queue);
      const answer = new Promise<Outcome>((resolve, reject) => {
        queue.push({ submission, size, resolve, reject });
      });
      if (!working.has(tenant)) working.set(tenant, work(tenant, queue));
      return answer;
    },
    waiting: () => waiting,
    async close() {
      await Promise.all(working.values());
    },
  };
}

/** A commit costs as much for one as for many: what arrives within a moment goes with it. */
async function gather(queue: readonly Waiting[]): Promise<void> {
  let seen: number;
  let waitedMs = 0;
  do {
    seen = queue.length;
    await delay(quietMs);
    waitedMs += quietMs;
  } while (queue.length > seen && waitedMs < maxGatherMs);
}

function takeGroup(queue: Waiting[], maxGroup: number): readonly Waiting[] {
  let [count, size] = [0, 0];
  for (const each of queue) {
    if (count > 0 && size + each.size > maxGroup) break;
    count++;
    size += each.size;
  }
  return queue.splice(0, count);
}

/** One transaction for all; where that fails, one for each, so that nobody fails for another's fault. */
async function commit(store: Pick<Store, 'append'>, tenant: number, group: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await append(store, tenant, group, 'chains');
    for (const [at, each] of group.entries()) each.resolve(outcomes[at]!);
  } catch {
    // The outcome of each says what was wrong, or its own error does.
    for (const each of group) {
      try {
        each.resolve((await append(store, tenant, [each], 'everyId'))[0]!);
      } catch (error) {
        each.reject(error);
      }
    }
  }
}

function append(
  store: Pick<Store, 'append'>,
  tenant: number,
  group: readonly Waiting[],
  care: Care,
): Promise<readonly Outcome[]> {
  const submissions = group.map(({ submission }) => submission);
  return store.append(tenant, wantedBy(submissions, care), (state) => planAppend(submissions, state));
}

function sizeOf(group: readonly Waiting[]): number {
  return group.reduce((sum, { size }) => sum + size, 0);
}

function entriesOf(submission: Submission): number {
  switch (submission.kind) {
    case 'chain':
      return submission.links.length;
    case 'sealed':
      return submission.chain.sealed.ids.length;
    case 'records':
      return submission.entries.length;
  }
}
