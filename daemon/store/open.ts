/** Opening the store. */
import { existsSync } from 'node:fs';
import type { Native } from '../../engine/index.ts';
import { type Home, makePrivateFolder } from '../home.ts';
import { runtimeProblem } from './connect.ts';
import { establish, setAside } from './establish.ts';
import { defaultLimits, type StoreLimits } from './limits.ts';
import { prepareMissed, readMissed } from './missed.ts';
import { placeIn } from './place.ts';
import { refusalOf, type StoreProblem } from './problem.ts';
import { StoreSession } from './session.ts';
import { SqliteStore } from './sqliteStore.ts';
import type { Store } from './store.ts';

export interface OpenStoreOptions {
  readonly home: Home;
  /** What a new store calls its device; one that exists keeps its name, since the chain is bound to it. */
  readonly device: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sha256: Native['sha256'];
  readonly limits?: Partial<StoreLimits>;
}

/**
 * Opens the user's store, made where there is none; close it. A damaged one is set aside, what is verifiable of it goes on
 * in a new one, and `status` tells of it. Never throws for what is on the disk, or for what the disk does.
 */
export function openStore({ home, device, now, sha256, limits }: OpenStoreOptions): Store | StoreProblem {
  const cannot = runtimeProblem();
  if (cannot !== null) return cannot;
  const unsafe = makePrivateFolder(home.folder);
  if (unsafe !== null) return { ...unsafe, reason: 'home' };
  const place = placeIn(home);
  const options = {
    device,
    now,
    sha256,
    limits: { ...defaultLimits, ...limits },
    isAwaited: () => existsSync(home.enrolment),
    missed: () => readMissed(place),
  };
  try {
    const connection = establish(place, options);
    if ('kind' in connection) return connection;
    const session = new StoreSession(connection, {
      file: place.file,
      sha256,
      open: () => establish(place, options),
      setAside: (identity, cause) => setAside(place, { identity, cause }, options),
    });
    prepareMissed(place);
    return new SqliteStore(place, session, options);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return { kind: 'problem', reason: refusal.reason === 'diskFull' ? 'diskFull' : 'disk', message: refusal.message };
  }
}
