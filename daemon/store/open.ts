/** Opening the store: whether this runtime can, whether the file is Kerb's and not newer, and whether it is whole. */
import path from 'node:path';
import type { Native } from '../../engine/index.ts';
import { type Home, makePrivateFolder } from '../home.ts';
import { chainTable, firstChain } from './chainTable.ts';
import { connect, runtimeProblem } from './connect.ts';
import { defaultLimits, type StoreLimits } from './limits.ts';
import type { StoreProblem } from './problem.ts';
import { migrate, schemaVersion } from './schema.ts';
import { SqliteStore, type Store } from './store.ts';

export interface OpenStoreOptions {
  readonly home: Home;
  /** What a new store calls its device; one that exists keeps its name, since the chain is bound to it. */
  readonly device: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sha256: Native['sha256'];
  readonly limits?: Partial<StoreLimits>;
}

/** Opens the user's store, made where there is none. Close it. */
export function openStore({ home, device, now, sha256, limits }: OpenStoreOptions): Store | StoreProblem {
  const cannot = runtimeProblem();
  if (cannot !== null) return cannot;
  const refused = makePrivateFolder(home.store);
  if (refused !== null) return { ...refused, reason: 'home' };
  const file = path.join(home.store, 'kerb.db');
  const db = connect(file);
  const schema = migrate(db, (fresh) => chainTable(fresh, { sha256 }).write(firstChain(device)));
  if (schema.kind === 'ready')
    return new SqliteStore(file, db, { now, sha256, limits: { ...defaultLimits, ...limits } });
  db.close();
  return schemaProblem(file, schema);
}

function schemaProblem(file: string, schema: Exclude<ReturnType<typeof migrate>, { kind: 'ready' }>): StoreProblem {
  if (schema.kind === 'foreign')
    return {
      kind: 'problem',
      reason: 'unreadable',
      message: `${file} is a database, but not one of Kerb's: move it away`,
    };
  return {
    kind: 'problem',
    reason: 'newer',
    message: `${file} was written by a newer Kerb (schema ${schema.version}, this one knows ${schemaVersion}): use that one, it is left as it is`,
  };
}
