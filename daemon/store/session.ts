/** A connection that lives on when its file is damaged or moved, and the transactions on it. */
import type { Native } from '../../engine/index.ts';
import { type Connection, identityOf } from './connect.ts';
import { isCorruption, LostStore, MovedStore, type Refusal, refusalOf, type StoreProblem } from './problem.ts';
import { type Tables, tablesOf } from './tables.ts';

export interface SessionOptions {
  readonly file: string;
  readonly sha256: Native['sha256'];
  /** Opens the store, whatever has to be done for it. */
  readonly open: () => Connection | StoreProblem;
  /** Puts a new store in the place of the damaged one that has this identity. */
  readonly setAside: (identity: string, cause: unknown) => void;
}

/** How often one transaction may find the file damaged or moved. */
const maxAttempts = 3;

/** Owns the connection. */
export class StoreSession {
  readonly #options: SessionOptions;
  #connection: Connection;
  #tables: Tables;

  constructor(connection: Connection, options: SessionOptions) {
    this.#options = options;
    this.#connection = connection;
    this.#tables = tablesOf(connection.db, options);
  }

  get db(): Connection['db'] {
    return this.#connection.db;
  }

  /** All that `work` reads is of one moment. */
  read<T>(work: (tables: Tables) => T): T {
    return this.#onWholeStore(() => this.db.transaction(() => this.#unmoved(work))());
  }

  /** One transaction that takes the write lock at its beginning. What is refused leaves nothing behind. */
  write<T extends { readonly kind: string }>(sync: 'durable' | 'soon', work: (tables: Tables) => T): T | Refusal {
    try {
      return this.#onWholeStore(() => {
        this.db.pragma(`synchronous = ${sync === 'durable' ? 'FULL' : 'NORMAL'}`);
        return this.db.transaction(() => unlessRefused(this.#unmoved(work))).immediate();
      });
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      if (error instanceof LostStore) return { kind: 'refused', reason: 'inputOutput', message: error.message };
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      return refusal;
    }
  }

  close(): void {
    this.db.close();
  }

  /** Whoever sets the file aside holds its write lock: inside a transaction that has it, this is certain. */
  #unmoved<T>(work: (tables: Tables) => T): T {
    if (identityOf(this.#options.file) !== this.#connection.identity) throw new MovedStore(this.#options.file);
    return work(this.#tables);
  }

  /** Does the work, and again on the store that took the place of one that turned out to be damaged or moved. */
  #onWholeStore<T>(work: () => T): T {
    for (let attempt = 1; ; attempt++) {
      try {
        return work();
      } catch (error) {
        if (attempt === maxAttempts || !(error instanceof MovedStore || isCorruption(error))) throw error;
        this.#reopen(error);
      }
    }
  }

  #reopen(cause: unknown): void {
    const { db, identity } = this.#connection;
    db.close();
    if (!(cause instanceof MovedStore)) this.#options.setAside(identity, cause);
    const opened = this.#options.open();
    if ('kind' in opened) throw new LostStore(opened.message);
    this.#connection = opened;
    this.#tables = tablesOf(opened.db, this.#options);
  }
}

/** Rolls the transaction back. */
class Refused extends Error {
  override name = 'Refused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

function unlessRefused<T extends { readonly kind: string }>(result: T): T {
  if (isRefusal(result)) throw new Refused(result);
  return result;
}

function isRefusal(result: { readonly kind: string }): result is Refusal {
  return result.kind === 'refused';
}
