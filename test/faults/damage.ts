/** Damaged files: whatever is flipped, cut or overwritten, no record that was changed is ever taken for one. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { openStore } from '../../daemon/store/open.ts';
import type { Store } from '../../daemon/store/store.ts';
import type { JournalEntry } from '../../hub/protocol.ts';
import { decision, homeIn, noon, sha256 } from '../store.ts';
import { type Chance, createChance } from './chance.ts';

/** What became of the damaged copies. */
export interface DamageFigures {
  readonly tried: number;
  /** Nothing that matters was hit, or SQLite's own log mended it. */
  readonly whole: number;
  /** The end of the log was lost: the journal goes on from a valid, shorter one. */
  readonly shorter: number;
  /** Set aside, and all entries carried over. */
  readonly mended: number;
  /** Set aside, and a gap record says what is missing. */
  readonly gap: number;
  /** Not opened, with words. */
  readonly refused: number;
}

const files = ['kerb.db', 'kerb.db-wal', 'kerb.db-shm'] as const;

/** A store as its files were at one moment, and what stands in it. */
interface Original {
  readonly folder: string;
  readonly present: readonly string[];
  readonly entries: readonly JournalEntry[];
  readonly texts: readonly string[];
}

/** Damages copies of two stores, one that was closed and one whose process died, and opens each. Throws at the first lie. */
export function damageStores(
  folder: string,
  { count, seed }: { readonly count: number; readonly seed: number },
): DamageFigures {
  const chance = createChance(seed);
  const originals = [
    makeOriginal(path.join(folder, 'closed'), 'closed'),
    makeOriginal(path.join(folder, 'died'), 'died'),
  ];
  const tally = { tried: 0, whole: 0, shorter: 0, mended: 0, gap: 0, refused: 0 };
  for (let at = 0; at < count; at++) {
    const original = chance.pick(originals);
    const home = path.join(folder, 'copy');
    copyStore(original, home);
    const what = damage(path.join(home, 'store'), original, chance);
    try {
      tally[judge(home, original, what.file)]++;
    } catch (cause) {
      const words = cause instanceof Error ? cause.stack : String(cause);
      const which = `seed ${seed}, copy ${at} of the store that ${path.basename(original.folder)}`;
      throw new Error(`${which}: ${what.words}: ${words}`, { cause });
    }
    tally.tried++;
    rmSync(home, { recursive: true, force: true });
  }
  return tally;
}

/** Entries of many sizes, some of them over several pages, and things in every other table. */
function makeOriginal(folder: string, end: 'closed' | 'died'): Original {
  const live = path.join(folder, 'live');
  mkdirSync(live, { recursive: true, mode: 0o700 });
  const store = open(live);
  if (store.kind !== 'store') return assert.fail(store.message);
  fill(store, 0, 40);
  if (end === 'died') {
    // What went in so far is in the file itself, the rest in the log.
    store.close();
    const again = open(live);
    if (again.kind !== 'store') return assert.fail(again.message);
    fill(again, 40, 60);
    const original = keep(folder, live, again);
    again.close();
    return original;
  }
  fill(store, 40, 60);
  const { entries, texts } = keep(folder, live, store);
  store.close();
  return { ...keepFiles(folder, live), entries, texts };
}

function fill(store: Store, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    const tree = at.toString(16).padStart(40, '0');
    const target = { base: null, commit: null, tree, ref: null };
    const verdicts = new Map([[`key ${at}`, `verdict ${at}`]]);
    store.append(decision({ target, reason: `reason ${at} `.repeat((at * 37) % 150) }));
    store.putVerdicts(verdicts);
    store.setState(`state ${at % 10}`, `value ${at % 10}`);
    store.putRequest(`request ${at % 5}`, `value ${at % 5}`);
  }
}

function keep(folder: string, live: string, store: Store): Original {
  const entries = store.entries(0, 1_000);
  return { ...keepFiles(folder, live), entries, texts: entries.map((entry) => JSON.stringify(entry)) };
}

function keepFiles(folder: string, live: string) {
  const present = files.filter((name) => existsSync(path.join(live, 'store', name)));
  for (const name of present) copyFileSync(path.join(live, 'store', name), path.join(folder, name));
  return { folder, present };
}

function copyStore({ folder, present }: Original, home: string): void {
  mkdirSync(path.join(home, 'store'), { recursive: true, mode: 0o700 });
  for (const name of present) copyFileSync(path.join(folder, name), path.join(home, 'store', name));
}

function damage(
  store: string,
  { present }: Original,
  chance: Chance,
): { readonly file: string; readonly words: string } {
  const file = chance.pick(present);
  const target = path.join(store, file);
  const size = statSync(target).size;
  const kind = chance.pick(['flip', 'flip', 'flip', 'cut', 'zero', 'noise'] as const);
  const at = chance.below(size);
  if (kind === 'cut') {
    truncateSync(target, at);
    return { file, words: `${file} was cut to ${at} of ${size} bytes` };
  }
  const bytes = readFileSync(target);
  const length = kind === 'flip' ? 1 : 1 + chance.below(5_000);
  const bit = 1 << chance.below(8);
  for (let index = at; index < Math.min(at + length, size); index++)
    bytes[index] = kind === 'flip' ? bytes[index]! ^ bit : kind === 'zero' ? 0 : chance.below(256);
  writeFileSync(target, bytes);
  return { file, words: `${file}: ${kind} of ${length} bytes at ${at} of ${size}, bit ${bit}` };
}

function judge(home: string, original: Original, damaged: string): Exclude<keyof DamageFigures, 'tried'> {
  const store = open(home);
  if (store.kind === 'problem') {
    assert.equal(store.reason, 'newer', store.message);
    return 'refused';
  }
  try {
    checkEntries(store, original, damaged);
    checkRest(store, original);
    const appended = store.append(decision());
    assert.equal(appended.kind, 'appended', JSON.stringify(appended));
    // Damage that no read has met yet is met now.
    store.check('all');
    return checkEntries(store, original, damaged);
  } finally {
    store.close();
  }
}

/** Each entry is what it was, and where some are missing there is a gap record, or the log has lost its end. */
function checkEntries(
  store: Store,
  { entries, texts }: Original,
  damaged: string,
): Exclude<keyof DamageFigures, 'tried'> {
  const found = store.entries(0, 1_000);
  const kept = found.filter(({ seq, record }) => record.id === entries[seq - 1]?.record.id);
  for (const entry of kept) assert.equal(JSON.stringify(entry), texts[entry.seq - 1], `entry ${entry.seq} was changed`);
  for (const [at, { seq }] of kept.entries()) assert.equal(seq, at + 1);
  const { setAside } = store.status();
  for (const { folder } of setAside) assert.ok(folder !== null && existsSync(folder), `${folder} is gone`);
  const gaps = found.filter(({ record }) => record.kind === 'gap');
  const isShort = kept.length < entries.length;
  if (setAside.length > 0) {
    assert.ok(!isShort || gaps.length > 0, 'decisions are missing, and nothing says so');
    return gaps.length > 0 ? 'gap' : 'mended';
  }
  assert.deepEqual(gaps, []);
  // The log alone may lose its end in silence: that is what a log is for.
  if (isShort) assert.equal(damaged, 'kerb.db-wal');
  return isShort ? 'shorter' : 'whole';
}

/** What is not the journal: as it was, or not there. */
function checkRest(store: Store, { entries }: Original): void {
  const keys = entries.map((_, at) => `key ${at}`);
  for (const [key, value] of store.verdicts(keys)) assert.equal(value, key.replace('key', 'verdict'));
  for (let at = 0; at < 10; at++) assert.ok([null, `value ${at}`].includes(store.state(`state ${at}`)));
  for (const [id, value] of store.requests()) assert.equal(value, id.replace('request', 'value'));
  for (const { seq, record } of entries) {
    if (record.kind !== 'decision') continue;
    const fact = store.findDecision({ tree: record.target.tree ?? '' });
    if (fact !== null) assert.deepEqual([fact.seq, fact.id, fact.passed], [seq, record.id, record.passed]);
  }
}

function open(home: string): ReturnType<typeof openStore> {
  return openStore({ home: homeIn(home), device: 'laptop', now: () => noon, sha256 });
}
