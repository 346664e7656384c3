/** Keeping decisions: when a gate may answer, and what happens when a decision cannot be kept. */
import type { DecisionRecord } from '../../hub/protocol.ts';
import type { Refusal } from '../store/problem.ts';
import type { AppendOptions, Store } from '../store/store.ts';

export interface JournalSettings {
  /**
   * `observe`: the gate does not wait, records are written together a moment later. `durable`: the record is on disk before
   * the gate answers. `strict`: and the hub has acknowledged it.
   */
  readonly mode: DecisionRecord['mode'];
  /** When the journal or the disk is full: `block` the gate, or pass and leave a `gap` record when there is room again. */
  readonly whenFull: 'block' | 'gap';
}

export const defaultJournalSettings: JournalSettings = { mode: 'durable', whenFull: 'block' };

/** What came of a record. */
export type Recorded =
  /** `seq` is null where the mode does not wait for it. */
  | { readonly kind: 'kept'; readonly seq: number | null }
  /** It could not be kept and the gate may pass: the gap is counted, and will be told of. */
  | { readonly kind: 'missed'; readonly message: string }
  /** The gate has no verdict: what it decided could not be kept. */
  | { readonly kind: 'refused'; readonly message: string };

/** Uses of exceptions, and the question that it answers. */
export type Basis = Pick<AppendOptions, 'uses' | 'question'>;

export interface Journal {
  /** Keeps a record, and with it what it rests on. */
  record(record: DecisionRecord, basis?: Basis): Promise<Recorded>;
  /** Writes what still waits. Resolves when it is on disk. The store stays open. */
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly store: Pick<Store, 'append' | 'miss'>;
  /** As they are at the moment: an organisation may change them. */
  readonly settings: () => JournalSettings;
  /** Calls back a moment later; returns how to take that back. */
  readonly later: (work: () => void) => () => void;
  /** Waits until the hub has acknowledged an entry; says why where it will not. For `strict`. */
  readonly acknowledged: (seq: number) => Promise<null | string>;
  /** Told of records that were lost after the gate had answered (`observe`). */
  readonly onLost: (count: number, message: string) => void;
}

/** The most records that wait to be written together. */
const maxWaiting = 256;

export function openJournal({ store, settings, later, acknowledged, onLost }: JournalOptions): Journal {
  let waiting: Waiting[] = [];
  let cancel = () => {};
  /** Gaps that could not even be counted in the store yet. */
  const uncounted = { limit: 0, diskFull: 0 };

  /** Counts what is missing, for the gap record; says why where the store cannot even take that yet. */
  function countGap(reason: FullReason): Refusal | null {
    uncounted[reason]++;
    const counted = store.miss(reason, uncounted[reason]);
    if (counted.kind === 'refused') return counted;
    uncounted[reason] = 0;
    return null;
  }

  function recordNow({ record, basis }: Waiting): Recorded {
    const appended = store.append(record, basis);
    if (appended.kind === 'appended') return { kind: 'kept', seq: appended.entry.seq };
    const { reason, message } = appended;
    if (settings().whenFull === 'block' || !isFull(reason))
      return { kind: 'refused', message: `the decision could not be kept: ${message}` };
    const refused = countGap(reason);
    return { kind: 'missed', message: refused === null ? message : `${message}; ${refused.message}` };
  }

  async function recordStrictly(next: Waiting): Promise<Recorded> {
    const recorded = recordNow(next);
    if (recorded.kind !== 'kept' || recorded.seq === null) return recorded;
    const refused = await acknowledged(recorded.seq);
    return refused === null ? recorded : { kind: 'refused', message: refused };
  }

  function recordLater(next: Waiting): Recorded {
    waiting.push(next);
    if (waiting.length === maxWaiting) flush();
    else if (waiting.length === 1) cancel = later(flush);
    return { kind: 'kept', seq: null };
  }

  /** The gates have answered, so what cannot be kept now is a gap whatever the setting. The last write syncs them all. */
  function flush(): void {
    cancel();
    const batch = waiting;
    waiting = [];
    const refusals = batch
      .map(({ record, basis }, at) =>
        store.append(record, {
          ...basis,
          // The gate has answered: its use is counted, whatever is left.
          uses: (basis.uses ?? []).map(({ id }) => ({ id, most: null })),
          sync: at === batch.length - 1 ? 'durable' : 'soon',
        }),
      )
      .filter((appended) => appended.kind === 'refused');
    for (const { reason } of refusals) if (isFull(reason)) countGap(reason);
    if (refusals[0] !== undefined) onLost(refusals.length, refusals[0].message);
  }

  return {
    async record(record, basis = {}) {
      const next = { record, basis };
      const { mode } = settings();
      if (mode === 'observe') return recordLater(next);
      return mode === 'strict' ? recordStrictly(next) : recordNow(next);
    },
    async close() {
      flush();
    },
  };
}

interface Waiting {
  readonly record: DecisionRecord;
  readonly basis: Basis;
}

type FullReason = 'limit' | 'diskFull';

function isFull(reason: Refusal['reason']): reason is FullReason {
  return reason === 'limit' || reason === 'diskFull';
}
