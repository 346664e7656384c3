/** Full, read-only and failing disks; clocks that jump. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { openJournal } from '../../daemon/journal/journal.ts';
import { verifyJournal } from '../../daemon/journal/verify.ts';
import { openStore } from '../../daemon/store/open.ts';
import { createHome, decision, homeIn, noon, openTestStore, sha256 } from '../store.ts';
import { mountSmallDisk, type Written, writeBehind } from './disk.ts';

const large = () => decision({ reason: 'x'.repeat(1_000) });

function appendUntilRefused(store: ReturnType<typeof openTestStore>): {
  readonly kept: number;
  readonly reason: string;
} {
  for (let kept = 0; ; kept++) {
    const appended = store.append(large());
    if (appended.kind === 'refused') return { kept, reason: appended.reason };
  }
}

test('a full disk refuses, keeps what it had, and takes more when there is room', (context) => {
  const disk = mountSmallDisk(context, 4);
  if (typeof disk === 'string') return context.skip(disk);
  const store = openTestStore(context, homeIn(disk.folder));
  disk.fill();
  const { kept, reason } = appendUntilRefused(store);
  assert.equal(reason, 'diskFull');
  assert.equal(store.entries(0, 10_000).length, kept);
  assert.equal(store.status().missed, 0);
  disk.free();
  assert.equal(store.append(decision()).kind, 'appended');
  store.close();
  const verdict = verifyJournal(homeIn(disk.folder), { sha256 });
  assert.equal(verdict.kind === 'holds' && verdict.last, kept + 1, JSON.stringify(verdict));
});

test('set to leave a gap, a full disk lets the gate pass, and the count outlives the process', async (context) => {
  const disk = mountSmallDisk(context, 4);
  if (typeof disk === 'string') return context.skip(disk);
  const home = homeIn(disk.folder);
  const store = openTestStore(context, home);
  disk.fill();
  const { kept } = appendUntilRefused(store);
  const journal = journalOn(store);
  for (let at = 0; at < 30; at++) assert.equal((await journal.record(large())).kind, 'missed');
  store.close();

  const again = openTestStore(context, home);
  assert.equal(again.status().missed, 30);
  assert.equal((await journalOn(again).record(large())).kind, 'missed');
  disk.free();
  assert.deepEqual(await journalOn(again).record(decision()), { kind: 'kept', seq: kept + 2 });
  const [gap] = again.entries(kept, 1);
  assert.deepEqual(gap?.record.kind === 'gap' && [gap.record.reason, gap.record.missing], ['diskFull', 31]);
  again.close();
});

function journalOn(store: ReturnType<typeof openTestStore>) {
  return openJournal({
    store,
    settings: () => ({ mode: 'durable', whenFull: 'gap' }),
    later: () => () => {},
    acknowledged: async () => null,
    onLost: (count, message) => assert.fail(`${count}: ${message}`),
  });
}

test('a disk that cannot be written is told of, and what is on it stays', (context) => {
  const disk = mountSmallDisk(context, 4);
  if (typeof disk === 'string') return context.skip(disk);
  const home = homeIn(disk.folder);
  const store = openTestStore(context, home);
  store.append(decision());
  store.close();
  disk.makeReadOnly();
  const opened = openStore({ home, device: 'laptop', now: () => noon, sha256 });
  assert.equal(opened.kind, 'problem');
  assert.match(JSON.stringify(opened), /"disk".*KERB_HOME cannot be written/);
});

test('a folder that cannot be written is told of', {
  skip: process.getuid?.() === 0 ? 'root can write everywhere' : process.platform === 'win32' ? 'no such bits' : false,
}, (context) => {
  const home = createHome(context);
  chmodSync(home.folder, 0o500);
  context.after(() => chmodSync(home.folder, 0o700));
  const opened = openStore({ home, device: 'laptop', now: () => noon, sha256 });
  assert.match(JSON.stringify(opened), /KERB_HOME cannot be/);
});

/** All that was acknowledged is there, and the chain holds. */
function checkAcknowledged(context: TestContext, folder: string, { acknowledged }: Written): void {
  const store = openTestStore(context, homeIn(folder));
  const ids = new Map(store.entries(0, 100_000).map(({ seq, record }) => [record.id, seq]));
  for (const { seq, id } of acknowledged) assert.equal(ids.get(id), seq, `append ${seq} had returned`);
  assert.deepEqual(store.status().setAside, []);
  store.check('all');
  assert.equal(store.append(decision()).kind, 'appended');
  store.close();
}

const faults: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a file that may not grow', ['prlimit', '--fsize=300000'], /refused inputOutput/],
  ['errors of the disk at sync', inject('fsync,fdatasync', 'EIO', '20..40'), /refused inputOutput/],
  ['errors of the disk while writing', inject('pwrite64', 'EIO', '150..170'), /refused inputOutput/],
  ['no space while writing', inject('pwrite64', 'ENOSPC', '150..170'), /refused diskFull/],
];

function inject(call: string, error: string, when: string): readonly string[] {
  return [
    'strace',
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call}`,
    '-e',
    `inject=${call}:error=${error}:when=${when}`,
  ];
}

for (const [what, program, expected] of faults) {
  test(`${what}: refused, and nothing that was acknowledged is missing`, (context) => {
    const { folder } = createHome(context);
    // The store is there before the disk fails.
    openTestStore(context, homeIn(folder)).close();
    const written = writeBehind(program, folder, 120);
    if (typeof written === 'string') return context.skip(written);
    assert.match(written.refused.join('\n'), expected);
    assert.ok(written.acknowledged.length > 0);
    checkAcknowledged(context, folder, written);
  });
}

test('durable: at least one sync for each append that returns', (context) => {
  const { folder } = createHome(context);
  const written = writeBehind(['strace', '-f', '-qq', '-c', '-e', 'trace=fsync,fdatasync'], folder, 100);
  if (typeof written === 'string') return context.skip(written);
  assert.equal(written.acknowledged.length, 100, written.stderr);
  const syncs = [...written.stderr.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) .*\bf(?:data)?sync$/gm)];
  const count = syncs.reduce((sum, [, calls]) => sum + Number(calls), 0);
  assert.ok(count >= 100, `${count} syncs for 100 appends:\n${written.stderr}`);
});

test('a clock that jumps, back or forth, changes neither numbers nor chain', (context) => {
  const clock = { now: noon };
  const home = createHome(context);
  // A hub waits for the entries: whatever the clock says of their age, none may go.
  mkdirSync(home.hub, { mode: 0o700 });
  writeFileSync(home.enrolment, '{}');
  const store = openTestStore(context, home, { now: () => clock.now });
  for (const jump of [0, -3_600_000, 86_400_000 * 400, -86_400_000 * 4_000, 1]) {
    clock.now += jump;
    const appended = store.append(decision({ at: new Date(clock.now).toISOString() }));
    assert.equal(appended.kind, 'appended');
    store.prune();
  }
  assert.deepEqual(
    store.entries(0, 10).map(({ seq }) => seq),
    [1, 2, 3, 4, 5],
  );
  assert.equal(verifyJournal(home, { sha256 }).kind, 'holds');
});
