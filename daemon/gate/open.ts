/** The gate of a home, with its store and journal: what the daemon serves, and what a command opens where none runs. */
import { randomUUID } from 'node:crypto';
import type { CurrentOrganisation, Native } from '../../engine/index.ts';
import type { Home } from '../home.ts';
import { defaultJournalSettings, type JournalSettings, openJournal } from '../journal/journal.ts';
import { openStore } from '../store/open.ts';
import type { StoreProblem } from '../store/problem.ts';
import type { Store } from '../store/store.ts';
import { createGate, type Gate } from './gate.ts';

export interface OpenGateOptions {
  readonly home: Home;
  readonly native: Native;
  /** See `GateOptions`. */
  readonly organisation: () => CurrentOrganisation;
  readonly settings?: JournalSettings;
  /** Told of records that were lost after the gate had answered. */
  readonly onLost: (count: number, message: string) => void;
}

export interface OpenGate {
  readonly kind: 'open';
  readonly gate: Gate;
  readonly store: Store;
  /** Ends the gate, writes what waits, and closes the store. */
  close(): Promise<void>;
}

/** Opens all three; close them. */
export function openGate(options: OpenGateOptions): OpenGate | StoreProblem {
  const { home, native, organisation, settings = defaultJournalSettings, onLost } = options;
  const store = openStore({ home, device: randomUUID(), now: Date.now, sha256: native.sha256 });
  if (store.kind === 'problem') return store;
  const journal = openJournal({
    store,
    settings,
    later(work) {
      const timer = setTimeout(work, flushMs);
      return () => clearTimeout(timer);
    },
    acknowledged: async () => 'this Kerb does not wait for a hub',
    onLost,
  });
  const gate = createGate({ store, journal, native, now: Date.now, mode: () => settings.mode, organisation });
  return {
    kind: 'open',
    gate,
    store,
    async close() {
      await gate.close();
      await journal.close();
      store.close();
    },
  };
}

/** How long records of `observe` wait for others. */
const flushMs = 200;
