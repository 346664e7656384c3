/** What the commands share that leave something in the store for the hub: where it is kept, and a daemon that sends it at once. */
import { createNative } from '../../repository/index.ts';
import { uuidv7 } from '../check/identifier.ts';
import { ask } from '../client/ask.ts';
import { UsageError } from '../command.ts';
import type { Home } from '../home.ts';
import { addressOf } from '../process/address.ts';
import { syncAnswer } from '../protocol.ts';
import { runtimeProblem } from '../store/connect.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';

/** The daemon goes on when nobody waits for its answer any more. */
const longestWaitMs = 2_000;

/** A daemon that runs sends what waits at once, and editors show it. Without one it waits for the next contact. */
export async function letGo(home: Home): Promise<void> {
  const address = addressOf({ folder: home.run });
  await ask(address, { method: 'POST', path: '/v1/sync', body: {}, answer: syncAnswer, timeoutMs: longestWaitMs });
}

export function withStore<T>(home: Home, use: (store: Store) => T): T {
  const cannot = runtimeProblem();
  if (cannot !== null) throw new UsageError(cannot.message);
  const { sha256 } = createNative();
  const store = openStore({ home, device: uuidv7(Date.now()), now: Date.now, sha256 });
  if (store.kind === 'problem') throw new UsageError(store.message);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

/** The one word that is given. */
export function fingerprintIn([fingerprint, ...more]: readonly string[]): string {
  if (fingerprint === undefined || more.length > 0) throw new UsageError('name one finding by its FINGERPRINT');
  if (/^[0-9a-f]{32}$/.test(fingerprint)) return fingerprint;
  throw new UsageError(`${JSON.stringify(fingerprint)} is no fingerprint: it has 32 digits from 0 to f`);
}
