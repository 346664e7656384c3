/** What a daemon serves, put together: the store, the gate, and what is known of the policies in force. */
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { compilePolicies, type PolicySet } from '../../engine/index.ts';
import { createNative, loadSetup } from '../../repository/index.ts';
import { createGate } from '../gate/gate.ts';
import type { LocalGate } from '../gate/localGate.ts';
import type { Home } from '../home.ts';
import type { DaemonStatus, Notice } from '../protocol.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { Refusal } from './answer.ts';
import type { Log } from './log.ts';
import type { Works } from './run.ts';
import { warmSteps } from './warm.ts';

export interface WorksOptions {
  readonly home: Home;
  readonly tell: (notice: Notice) => void;
  readonly log: Log;
}

/** Opens what the daemon of a home serves. Without a store it decides nothing, and its status says why. */
export async function openWorks({ home, log }: WorksOptions): Promise<Works> {
  const native = createNative();
  const store = openStore({ home, device: randomUUID(), now: Date.now, sha256: native.sha256 });
  if (store.kind === 'problem') log(`no store: ${store.message}`);
  const gate =
    store.kind === 'problem'
      ? refusing(store.message)
      : createGate({ store, native, now: Date.now, mode: () => 'durable', organisation: () => null });
  let policies: DaemonStatus['policies'] = null;
  let isClosed = false;
  return {
    gate,
    status: () => ({
      policies,
      journal: store.kind === 'problem' ? null : journalStatus(store),
      problems: store.kind === 'problem' ? [store.message] : [],
    }),
    async warm() {
      const setup = await loadSetup({ root: home.folder, origin: { kind: 'none' }, folders: [], organisation: null });
      const set = compilePolicies(setup.policies, setup.configuration, native);
      policies = policiesStatus(set);
      for (const step of warmSteps(set, native)) {
        await turn();
        if (isClosed) return;
        step();
      }
    },
    async close() {
      isClosed = true;
      await gate.close();
      if (store.kind === 'store') store.close();
    },
  };
}

function refusing(reason: string): LocalGate {
  return {
    decide: async () => {
      throw new Refusal(503, 'fault', reason);
    },
    close: async () => undefined,
  };
}

function journalStatus(store: Store): NonNullable<DaemonStatus['journal']> {
  const { entries, unacknowledged } = store.status();
  return { entries, unacknowledged };
}

function policiesStatus({ digest }: PolicySet): NonNullable<DaemonStatus['policies']> {
  return { revision: digest.replace('sha256:', '').slice(0, 12), digest, ageMs: null };
}
