/** Several writers at once, each killed in the middle of its work, again and again on the same store. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import process from 'node:process';
import { verifyJournal } from '../../daemon/journal/verify.ts';
import { openStore } from '../../daemon/store/open.ts';
import { homeIn, noon, sha256 } from '../store.ts';
import { bundleWriter } from './bundle.ts';
import { type Chance, createChance } from './chance.ts';

export interface KillFigures {
  readonly kills: number;
  /** Appends that had returned before their process was killed. */
  readonly acknowledged: number;
  /** Entries in the journal: those, and those whose process did not live to say so. */
  readonly entries: number;
}

const writersAtOnce = 3;

/**
 * Kills writers with SIGKILL at random moments and opens the store after each round. Throws where an acknowledged append
 * is missing, twice there, or in another place than was said, and where the chain does not hold.
 */
export async function killWriters(
  folder: string,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<KillFigures> {
  const chance = createChance(seed);
  const writer = bundleWriter();
  const ids = new Map<string, number>();
  let [killed, acknowledged, seen] = [0, 0, 0];
  while (killed < kills) {
    const count = Math.min(1 + chance.below(writersAtOnce), kills - killed);
    const lines = await Promise.all(Array.from({ length: count }, () => writeUntilKilled(writer, folder, chance)));
    killed += count;
    const acknowledgements = lines.flat();
    acknowledged += acknowledgements.length;
    seen = readNew(folder, seen, ids);
    for (const { seq, id } of acknowledgements)
      assert.equal(ids.get(id), seq, `seed ${seed}, kill ${killed}: append ${seq} had returned, and is not there`);
  }
  const verdict = verifyJournal(homeIn(folder), { sha256 });
  assert.equal(verdict.kind, 'holds', JSON.stringify(verdict));
  return { kills: killed, acknowledged, entries: seen };
}

interface Acknowledgement {
  readonly seq: number;
  readonly id: string;
}

/** Starts a writer and kills it at a random moment after its first few appends. */
function writeUntilKilled(writer: string, folder: string, chance: Chance): Promise<readonly Acknowledgement[]> {
  const after = chance.below(150);
  const pauseMicroseconds = chance.below(2_000);
  const child = spawn(process.execPath, [writer], {
    env: { ...process.env, KERB_HOME: folder, NODE_TEST_CONTEXT: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let isDying = false;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
    if (isDying || text.split('\n').length <= after) return;
    isDying = true;
    spin(pauseMicroseconds);
    child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (signal === 'SIGKILL') resolve(acknowledgementsIn(text));
      else reject(new Error(`the writer ended by itself with ${status ?? signal}: ${text.slice(-500)}`));
    });
  });
}

/** A moment that is shorter than any timer's. */
function spin(microseconds: number): void {
  const end = process.hrtime.bigint() + BigInt(microseconds) * 1_000n;
  while (process.hrtime.bigint() < end);
}

/** A line that was cut off by the kill says nothing; nor does a writer that the others kept from the lock for too long. */
function acknowledgementsIn(text: string): readonly Acknowledgement[] {
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== 'refused busy')
    .map((line) => {
      const [seq, id = ''] = line.split(' ');
      assert.match(line, /^\d+ [0-9a-f-]{36}$/);
      return { seq: Number(seq), id };
    });
}

/** Opens the store as the next process would, reads what is new, and returns how far it goes. */
function readNew(folder: string, seen: number, ids: Map<string, number>): number {
  const store = openStore({ home: homeIn(folder), device: 'laptop', now: () => noon, sha256 });
  if (store.kind !== 'store') return assert.fail(store.message);
  try {
    const status = store.status();
    assert.deepEqual(status.setAside, []);
    const entries = store.entries(seen, Number.MAX_SAFE_INTEGER);
    for (const { seq, record } of entries) {
      assert.equal(ids.has(record.id), false, `decision ${record.id} is there twice`);
      ids.set(record.id, seq);
    }
    assert.equal(seen + entries.length, status.head.seq);
    return status.head.seq;
  } finally {
    store.close();
  }
}
