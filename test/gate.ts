/** A gate with a store of its own, for a test. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { createGate, type GateOptions } from '../daemon/gate/gate.ts';
import type { GateAnswer, LocalGate } from '../daemon/gate/localGate.ts';
import { openHome } from '../daemon/home.ts';
import { openStore } from '../daemon/store/open.ts';
import type { Store } from '../daemon/store/store.ts';
import { createNative } from '../repository/index.ts';
import type { WorkTree } from './workTree.ts';

export interface TestGate {
  readonly gate: LocalGate;
  readonly store: Store;
  /** Asks about the index of a work tree, as the pre-commit hook does. */
  commit(tree: WorkTree, breakGlass?: string): Promise<GateAnswer>;
  message(tree: WorkTree, message: string): Promise<GateAnswer>;
  /** Asks about a push of `<local>:<remote>` to a remote that is at `remoteId`. */
  push(tree: WorkTree, updates: readonly PushedRef[]): Promise<GateAnswer>;
}

export interface PushedRef {
  readonly ref: string;
  readonly localId: string;
  readonly remoteId: string;
}

const client = { name: 'test', version: '0.0.0' };

/** Makes a gate; it is closed and its store gone when the test ends. */
export function createTestGate(context: TestContext, options: Partial<GateOptions> = {}): TestGate {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-home-'));
  const home = openHome({ env: { KERB_HOME: folder } });
  assert.equal(home.kind, 'home');
  const native = createNative();
  const store = openStore({ home, device: 'test', now: Date.now, sha256: native.sha256 });
  assert.equal(store.kind, 'store');
  const gate = createGate({
    store,
    native,
    now: Date.now,
    mode: () => 'durable',
    organisation: () => null,
    ...options,
  });
  context.after(async () => {
    await gate.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
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
