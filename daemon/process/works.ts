/** What a daemon serves, put together: the organisation in force, the gate with its store, and the way to the hub. */
import { setImmediate as turn } from 'node:timers/promises';
import { framesOf, type PolicySet } from '../../engine/index.ts';
import { createNative, watchIndex } from '../../repository/index.ts';
import { ownProgram } from '../client/program.ts';
import type { Gate } from '../gate/gate.ts';
import type { LocalGate } from '../gate/localGate.ts';
import { lookingAhead } from '../gate/lookAhead.ts';
import { lookingBack } from '../gate/lookBack.ts';
import { type OpenGate, openGate } from '../gate/open.ts';
import type { Home } from '../home.ts';
import { journalNotices } from '../journal/notices.ts';
import type { DaemonStatus, Notice, OrganisationAnswer } from '../protocol.ts';
import { consentOf } from '../replay/consent.ts';
import { createReplayDesk, type ReplayDesk } from '../replay/desk.ts';
import { runReplay } from '../replay/run.ts';
import type { StoreProblem } from '../store/problem.ts';
import type { Store } from '../store/store.ts';
import { type Sync, startSync } from '../sync/sync.ts';
import { Refusal } from './answer.ts';
import { scheduleByClock } from './idle.ts';
import type { Log } from './log.ts';
import { createRequests } from './requests.ts';
import { createRest, type Rest } from './rest.ts';
import type { Works } from './run.ts';
import { warmSteps } from './warm.ts';

export interface WorksOptions {
  readonly home: Home;
  readonly tell: (notice: Notice) => void;
  /** Ends the daemon: whoever asks next starts another one. */
  readonly giveUp: (reason: string) => void;
  readonly log: Log;
}

/** Opens what the daemon of a home serves. Without a store it decides nothing, and its status says why. */
export async function openWorks({ home, tell, giveUp, log }: WorksOptions): Promise<Works> {
  const native = createNative();
  const rest = createRest({ schedule: scheduleByClock });
  let policies: PolicySet | null = null;
  let isClosed = false;
  // The way to the hub needs the store. It is there before the first request, but not before the gate is.
  let ready: Sync | null = null;
  const open = (): OpenGate | StoreProblem =>
    openGate({
      home,
      native,
      organisation: () => ready?.organisation() ?? null,
      isOutdated: () => ready?.isOutdated() ?? false,
      acknowledged: (seq) => acknowledgement(seq, { sync, store }),
      onLost: (count, message) => log(`${count} decisions could not be kept: ${message}`),
    });
  const opened = open();
  if (opened.kind === 'problem') log(`no store: ${opened.message}`);
  const store = opened.kind === 'problem' ? null : opened.store;
  const requests = createRequests({
    store,
    organisation: () => sync.organisation(),
    now: Date.now,
    changed: () => tell({ about: 'exceptions' }),
    letGo: () => void sync.now().catch((error: unknown) => log(`sync: a fault: ${framesOf(error)}`)),
  });
  const replays = createReplayDesk({
    start: (task) => runReplay(task, home, ownProgram()),
    schedule: scheduleByClock,
    ready: () => sync.wake(),
    log,
  });
  const sync = await startSync({
    ...{ home, store, log, changed },
    afterRound: requests.look,
    replays() {
      if (store !== null && consentOf(ready?.organisation() ?? null, store) === 'allowed') return replays;
      replays.keep([]);
      return null;
    },
  });
  ready = sync;
  const gate = opened.kind === 'problem' ? refusing({ open, giveUp }) : looking(opened.gate, { rest, log });

  function changed(): void {
    tell({ about: 'policies' });
    rest.during(warm).catch((error: unknown) => log(`broke while it warmed up: ${framesOf(error)}`));
  }

  async function warm(): Promise<void> {
    if (opened.kind === 'problem') return;
    policies = await opened.gate.standardPolicies();
    for (const step of warmSteps(policies, native)) {
      await turn();
      if (isClosed) return;
      step();
    }
  }

  return {
    gate: watched(gate, { sync, rest, replays }),
    status: () => ({
      policies: policies === null ? null : policiesStatus(policies, sync),
      journal: store === null ? null : journalStatus(store),
      problems: problemsOf(opened, sync),
    }),
    organisation: () => organisationAnswer(sync),
    synchronise: async () => {
      const { governing: _governing, ...round } = await sync.now();
      return round;
    },
    askException: requests.ask,
    requestedExceptions: requests.list,
    giveFeedback: requests.give,
    givenFeedback: requests.given,
    warm: () => rest.during(warm),
    async close() {
      isClosed = true;
      rest.close();
      await replays.close();
      await gate.close();
      await sync.close();
      if (opened.kind === 'open') await opened.close();
    },
  };
}

/** By then the commit that was asked about is made, and whoever made it does not wait for anything. */
const lookBackMs = 30_000;

/** Looks for what passed no gate, and judges ahead what is staged. */
function looking(gate: Gate, { rest, log }: { readonly rest: Rest; readonly log: Log }): LocalGate {
  const back = lookingBack(gate, {
    later(work) {
      const timer = setTimeout(work, lookBackMs).unref();
      return () => clearTimeout(timer);
    },
    onFault: (message) => log(`commits without a decision could not be looked for: ${message}`),
  });
  return lookingAhead(back, {
    judge: (root, isWanted) => rest.during(() => gate.judgeAhead(root, isWanted)),
    watch: watchIndex,
    onFault: (error) => log(`broke on what is staged: ${framesOf(error)}`),
  });
}

/** Each decision is news for the hub, and work that leaves garbage behind. No replay runs beside it. */
function watched(
  gate: LocalGate,
  { sync, rest, replays }: { readonly sync: Sync; readonly rest: Rest; readonly replays: ReplayDesk },
): LocalGate {
  return {
    async decide(request) {
      const answer = await replays.during(() => rest.during(() => gate.decide(request)));
      sync.wake();
      return answer;
    },
    close: () => gate.close(),
  };
}

/** Sends the journal on, and says why where the hub has not acknowledged an entry after that. */
async function acknowledgement(
  seq: number,
  { sync, store }: { readonly sync: Sync; readonly store: Store | null },
): Promise<string | null> {
  const { failure, refusal } = await sync.now();
  if ((store?.status().acknowledgedSeq ?? 0) >= seq) return null;
  return `a decision counts here once the hub has it, and it has not: ${failure ?? refusal ?? 'this device belongs to no hub'}`;
}

/** A disk that was full may have room by now. All that is here was put together without a store, so it makes way for another daemon. */
function refusing({
  open,
  giveUp,
}: Pick<WorksOptions, 'giveUp'> & { readonly open: () => OpenGate | StoreProblem }): LocalGate {
  return {
    async decide() {
      const opened = open();
      if (opened.kind === 'problem') throw new Refusal(503, 'fault', opened.message);
      await opened.close();
      giveUp('its store could not be opened before, and can be now');
      throw new Refusal(
        503,
        'stopping',
        'the daemon ends, since its store can be opened again: another one will start',
      );
    },
    close: async () => undefined,
  };
}

function organisationAnswer(sync: Sync): OrganisationAnswer {
  const current = sync.organisation();
  if (current?.kind === 'problem') return current;
  const texts = sync.bundle();
  if (current === null || texts === null) return { kind: 'none' };
  const { bundle, exceptions, ring } = texts;
  return {
    kind: 'verified',
    bundle,
    exceptions,
    ring: ring === null ? null : { ...ring, changed: [...ring.changed], enforcement: { ...ring.enforcement } },
  };
}

function problemsOf(opened: OpenGate | StoreProblem, sync: Sync): string[] {
  const own = opened.kind === 'problem' ? [opened.message] : journalNotices(opened.store.status());
  const { problem, alarm } = sync.status();
  return [...own, problem, alarm].filter((each) => each !== null);
}

function journalStatus(store: Store): NonNullable<DaemonStatus['journal']> {
  const { entries, unacknowledged } = store.status();
  return { entries, unacknowledged };
}

function policiesStatus({ digest }: PolicySet, sync: Sync): NonNullable<DaemonStatus['policies']> {
  const { revision, refreshedAt } = sync.status();
  return {
    revision: revision ?? digest.replace('sha256:', '').slice(0, 12),
    digest,
    ageMs: revision === null || refreshedAt === null ? null : Math.max(0, Date.now() - refreshedAt),
  };
}
