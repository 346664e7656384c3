/** What a daemon serves, put together: the store, the gate, and what is known of the policies in force. */
import { setImmediate as turn } from 'node:timers/promises';
import { compilePolicies, type PolicySet } from '../../engine/index.ts';
import { createNative, loadSetup } from '../../repository/index.ts';
import type { LocalGate } from '../gate/localGate.ts';
import { openGate } from '../gate/open.ts';
import type { Home } from '../home.ts';
import type { DaemonStatus, Notice } from '../protocol.ts';
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
  const opened = openGate({
    home,
    native,
    organisation: () => null,
    onLost: (count, message) => log(`${count} decisions could not be kept: ${message}`),
  });
  if (opened.kind === 'problem') log(`no store: ${opened.message}`);
  let policies: DaemonStatus['policies'] = null;
  let isClosed = false;
  return {
    gate: opened.kind === 'problem' ? refusing(opened.message) : opened.gate,
    status: () => ({
      policies,
      journal: opened.kind === 'problem' ? null : journalStatus(opened.store),
      problems: opened.kind === 'problem' ? [opened.message] : [],
    }),
    organisation: () => ({ verified: null }),
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
      if (opened.kind === 'open') await opened.close();
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
