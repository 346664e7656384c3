/** The gate of a home, with its store and journal: what the daemon serves, and what a command opens where none runs. */
import { randomUUID } from 'node:crypto';
import type { CurrentOrganisation, Native } from '../../engine/index.ts';
import type { Home } from '../home.ts';
import { defaultJournalSettings, type JournalOptions, type JournalSettings, openJournal } from '../journal/journal.ts';
import { openStore } from '../store/open.ts';
import type { StoreProblem } from '../store/problem.ts';
import type { Store } from '../store/store.ts';
import { createGate, type Gate, type GateOptions } from './gate.ts';

export interface OpenGateOptions {
  readonly home: Home;
  readonly native: Native;
  /** See `GateOptions`. */
  readonly organisation: GateOptions['organisation'];
  readonly isOutdated: GateOptions['isOutdated'];
  /** Waits until the hub has acknowledged an entry; says why where it will not. Asked by the mode `strict` alone. */
  readonly acknowledged: JournalOptions['acknowledged'];
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
  const { home, native, organisation, isOutdated, acknowledged, onLost } = options;
  const store = openStore({ home, device: randomUUID(), now: Date.now, sha256: native.sha256 });
  if (store.kind === 'problem') return store;
  const settings = (): JournalSettings => settingsOf(organisation());
  const journal = openJournal({
    store,
    settings,
    later,
    acknowledged,
    onLost,
  });
  const gate = createGate({
    store,
    journal,
    native,
    now: Date.now,
    later,
    mode: () => settings().mode,
    organisation,
    isOutdated,
  });
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

/** Where an organisation cannot be relied on, gates are as strict as without one. */
function settingsOf(organisation: CurrentOrganisation): JournalSettings {
  if (organisation?.kind !== 'organisation') return defaultJournalSettings;
  const { mode, journal } = organisation.gates;
  return { mode, whenFull: journal.whenFull };
}

function later(work: () => void): () => void {
  const timer = setTimeout(work, laterMs);
  return () => clearTimeout(timer);
}

/** How long records of `observe` wait for others, and verdicts for a moment in which nobody asks. */
const laterMs = 200;
