/** Which trees and commits were decided on. A fact outlives the entry that it is from, since a commit may turn up late. */
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import type { Native } from '../../engine/index.ts';
import type { DecisionRecord } from '../../hub/protocol.ts';
import { CorruptStore } from './problem.ts';

const decisionFact = z.strictObject({
  id: z.string(),
  /** Its number in the journal. */
  seq: z.int(),
  at: z.string(),
  gate: z.string(),
  origin: z.enum(['gate', 'breakGlass', 'bypass']),
  effect: z.enum(['allow', 'deny', 'indeterminate']),
  passed: z.boolean(),
  /** Of the policies that judged. */
  digest: z.string(),
});

/** What is remembered of a decision. */
export type DecisionFact = z.infer<typeof decisionFact>;

export interface FactTable {
  add(record: DecisionRecord, seq: number): void;
  /** The newest decision on a commit or, failing that, on a tree. Throws `CorruptStore`. */
  find(target: DecisionTarget): DecisionFact | null;
  /** All rows that are whole, newest first. */
  rows(): Generator<FactRow>;
  /** Adds a row of another store, unless there is one of that number. */
  carry(row: FactRow): void;
  /** Lets go all but the newest of the last `count` numbers. */
  trim(count: number): void;
}

export interface DecisionTarget {
  readonly tree?: string | undefined;
  readonly commit?: string | undefined;
}

interface FactRow {
  readonly seq: number;
  readonly tree: string | null;
  readonly commit_id: string | null;
  readonly fact: string;
  readonly seal: string;
}

/** Prepares the statements of a connection. */
export function factTable(db: Database, { sha256 }: Pick<Native, 'sha256'>): FactTable {
  const add = db.prepare<FactRow>('INSERT OR IGNORE INTO decided VALUES (@seq, @tree, @commit_id, @fact, @seal)');
  const byTree = db.prepare<[string], FactRow>('SELECT * FROM decided WHERE tree = ? ORDER BY seq DESC LIMIT 1');
  const byCommit = db.prepare<[string], FactRow>('SELECT * FROM decided WHERE commit_id = ? ORDER BY seq DESC LIMIT 1');
  const all = db.prepare<[], FactRow>('SELECT * FROM decided ORDER BY seq DESC');
  const trim = db.prepare('DELETE FROM decided WHERE seq <= (SELECT max(seq) FROM decided) - ?');
  const seal = (row: Omit<FactRow, 'seal'>) => sha256(JSON.stringify([row.seq, row.tree, row.commit_id, row.fact]));
  const factOf = (row: FactRow | undefined) => {
    if (row === undefined) return null;
    if (seal(row) !== row.seal) throw new CorruptStore(`what is remembered of decision ${row.seq} is damaged`);
    return decisionFact.parse(JSON.parse(row.fact));
  };
  return {
    add({ id, at, gate, origin, effect, passed, target, policies }, seq) {
      const fact: DecisionFact = { id, seq, at, gate, origin, effect, passed, digest: policies.digest };
      const row = { seq, tree: target.tree, commit_id: target.commit, fact: JSON.stringify(fact) };
      if (row.tree !== null || row.commit_id !== null) add.run({ ...row, seal: seal(row) });
    },
    find({ tree, commit }) {
      const ofCommit = commit === undefined ? null : factOf(byCommit.get(commit));
      return ofCommit ?? (tree === undefined ? null : factOf(byTree.get(tree)));
    },
    *rows() {
      for (const row of all.iterate()) if (seal(row) === row.seal) yield row;
    },
    carry: (row) => void add.run(row),
    trim: (count) => void trim.run(count),
  };
}
