/** Looking at a journal without mending, making or moving anything. */
import { existsSync } from 'node:fs';
import type { ChainHead, Native } from '../../engine/index.ts';
import type { Home } from '../home.ts';
import { type Chain, chainTable } from './chainTable.ts';
import { openFile, runtimeProblem } from './connect.ts';
import { placeIn } from './place.ts';
import { isCorruption, isSchemaDamage, refusalOf, type StoreProblem } from './problem.ts';

/** What a walk along the chain came to. */
export type Walk =
  | { readonly kind: 'whole'; readonly file: string; readonly chain: Chain }
  /** `after` is the last that holds; null where not even the beginning can be read. */
  | { readonly kind: 'broken'; readonly file: string; readonly after: ChainHead | null; readonly message: string }
  /** There is no journal yet. */
  | { readonly kind: 'none'; readonly file: string };

/** Walks the whole chain, from the first entry kept to the head. */
export function walkJournal(home: Home, native: Pick<Native, 'sha256'>): Walk | StoreProblem {
  const { file } = placeIn(home);
  const cannot = runtimeProblem();
  if (cannot !== null) return cannot;
  if (!existsSync(file)) return { kind: 'none', file };
  let after: ChainHead | null = null;
  try {
    const db = openFile(file);
    try {
      return db.transaction((): Walk => {
        const table = chainTable(db, native);
        const chain = table.read();
        after = chain.anchor;
        for (const { head } of table.walk(chain.device, chain.anchor)) after = head;
        if (after.seq === chain.head.seq) return { kind: 'whole', file, chain };
        return { kind: 'broken', file, after, message: `the journal should go on to entry ${chain.head.seq}` };
      })();
    } finally {
      db.close();
    }
  } catch (error) {
    if (isCorruption(error) || isSchemaDamage(error)) return { kind: 'broken', file, after, message: wordsFor(error) };
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return { kind: 'problem', reason: 'disk', message: refusal.message };
  }
}

function wordsFor(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
