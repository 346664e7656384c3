/** A gate with a store of its own, for a test. */
import type { TestContext } from 'node:test';
import { createGate, type Gate, type GateOptions } from '../daemon/gate/gate.ts';
import type { GateAnswer } from '../daemon/gate/localGate.ts';
import { openJournal } from '../daemon/journal/journal.ts';
import type { Store } from '../daemon/store/store.ts';
import { createNative } from '../repository/index.ts';
import { createHome, openTestStore } from './store.ts';
import type { WorkTree } from './workTree.ts';

export interface TestGate {
  readonly gate: Gate;
  readonly store: Store;
  /** Asks about the index of a work tree, as the pre-commit hook does. */
  commit(tree: WorkTree, breakGlass?: string): Promise<GateAnswer>;
  message(tree: WorkTree, message: string): Promise<GateAnswer>;
  /** Asks about a push of `<local>:<remote>` to a remote that is at `remoteId`. */
  push(tree: WorkTree, updates: readonly PushedRef[]): Promise<GateAnswer>;
}

interface PushedRef {
  readonly ref: string;
  readonly localId: string;
  readonly remoteId: string;
}

const client = { name: 'test', version: '0.0.0' };

/** Makes a gate; it is closed and its store gone when the test ends. */
export function createTestGate(context: TestContext, options: Partial<GateOptions> = {}): TestGate {
  // Registered before the store is, so that it ends before it.
  let end = async (): Promise<void> => {};
  context.after(() => end());
  const store = openTestStore(context, createHome(context));
  const mode = options.mode ?? (() => 'durable' as const);
  const journal = openJournal({
    store,
    settings: () => ({ mode: mode(), whenFull: 'block' }),
    later: soon,
    acknowledged: async () => null,
    onLost: () => {},
  });
  const native = createNative();
  const gate = createGate({
    store,
    journal,
    native,
    now: Date.now,
    later: soon,
    mode,
    organisation: () => null,
    isOutdated: () => false,
    ...options,
  });
  end = async () => {
    await gate.close();
    await journal.close();
  };
  const common = (tree: WorkTree) => ({ client, root: tree.root, breakGlass: null });
  return {
    gate,
    store,
    commit: (tree, breakGlass) =>
      gate.decide({
        ...common(tree),
        gate: 'commit',
        tree: tree.git('write-tree'),
        breakGlass: breakGlass ?? null,
      }),
    message: (tree, message) => gate.decide({ ...common(tree), gate: 'message', message }),
    push: (tree, updates) =>
      gate.decide({
        ...common(tree),
        gate: 'push',
        remote: { name: 'origin', url: 'https://example.com/acme/shop.git' },
        updates: updates.map(({ ref, localId, remoteId }) => ({
          localRef: ref,
          localId,
          remoteRef: ref,
          remoteId,
        })),
      }),
  };
}

/** Puts work off until the event loop has gone round. */
export function soon(work: () => void): () => void {
  const waiting = setImmediate(work);
  return () => clearImmediate(waiting);
}
