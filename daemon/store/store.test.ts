/** The store as its users see it: what is written is there, in order, chained, bounded, and shared by several. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { breakOf, chainStart, headOf } from '../../engine/index.ts';
import { createHome, decision, noon, openTestStore, sha256 } from '../../test/store.ts';
import { journalNotices } from '../journal/notices.ts';
import { connect, runtimeProblem } from './connect.ts';
import { takeLock } from './lock.ts';
import { openStore } from './open.ts';
import type { Appended, Store } from './store.ts';
import { usesOf } from './uses.ts';

const dayMs = 86_400_000;

function appended(result: Appended) {
  assert.equal(result.kind, 'appended', JSON.stringify(result));
  return result as Extract<Appended, { kind: 'appended' }>;
}

function fill(store: Store, count: number): void {
  for (let at = 0; at < count; at++) appended(store.append(decision()));
}

test('records are numbered from 1 and chained by the hash of the canonical entry before', (context) => {
  const store = openTestStore(context, createHome(context));
  fill(store, 5);
  let head = chainStart;
  for (const entry of store.entries(0, 10)) {
    assert.equal(breakOf(entry, { device: 'laptop', head }), null);
    head = headOf(entry, { sha256 });
  }
  assert.deepEqual(store.status().head, head);
  assert.equal(head.seq, 5);
});

test('what was appended is there after closing, and the chain goes on', (context) => {
  const home = createHome(context);
  const first = openTestStore(context, home);
  const { entry } = appended(first.append(decision()));
  first.close();
  const second = openTestStore(context, home, { device: 'another name is of no use now' });
  assert.deepEqual(second.entries(0, 10), [entry]);
  assert.equal(appended(second.append(decision())).entry.device, 'laptop');
  assert.equal(second.status().head.seq, 2);
});

test('a store that somebody deleted is missed: the new one begins with a gap record and tells of it', (context) => {
  const home = createHome(context);
  const lost = [
    () => rmSync(path.join(home.store, 'kerb.db')),
    () => rmSync(home.store, { recursive: true }),
    () => {
      rmSync(path.join(home.store, 'kerb.db'));
      mkdirSync(path.join(home.store, 'kerb.db'));
    },
  ];
  openTestStore(context, home).close();
  const second = openTestStore(context, home);
  assert.deepEqual(second.status().setAside, [], 'nothing is lost yet');
  second.close();
  for (const lose of lost) {
    const store = openTestStore(context, home);
    fill(store, 2);
    store.close();
    lose();
    const next = openTestStore(context, home);
    const [first] = next.entries(0, 1);
    assert.deepEqual([first?.record.kind, first?.seq], ['gap', 1]);
    assert.equal(next.status().setAside.at(-1)?.missing, null);
    assert.match(journalNotices(next.status()).at(-1) ?? '', /deleted|is no file/);
    next.close();
  }
});

test('two that have the store open take turns', (context) => {
  const home = createHome(context);
  const [one, other] = [openTestStore(context, home), openTestStore(context, home)];
  const numbers = [one, other, one, one, other].map((store) => appended(store.append(decision())).entry.seq);
  assert.deepEqual(numbers, [1, 2, 3, 4, 5]);
});

test('folder and files are the user’s alone', {
  skip: process.platform === 'win32' ? 'no such bits' : false,
}, (context) => {
  const home = createHome(context);
  fill(openTestStore(context, home), 1);
  const mode = (file: string) => statSync(file).mode & 0o777;
  assert.equal(mode(home.store), 0o700);
  for (const name of ['kerb.db', 'kerb.db-wal', 'kerb.db-shm']) assert.equal(mode(path.join(home.store, name)), 0o600);
});

test('a decision is found by its commit or tree, the newest first', (context) => {
  const store = openTestStore(context, createHome(context));
  const [tree, commit] = ['1'.repeat(40), '2'.repeat(40)];
  const target = { base: null, ref: null };
  store.append(decision({ target: { ...target, tree, commit: null }, effect: 'deny', passed: false }));
  assert.equal(store.findDecision({ tree })?.passed, false);
  store.append(decision({ target: { ...target, tree, commit }, gate: 'push' }));
  assert.equal(store.findDecision({ tree })?.seq, 2);
  assert.equal(store.findDecision({ commit })?.gate, 'push');
  assert.equal(store.findDecision({ commit: '3'.repeat(40), tree })?.seq, 2);
  assert.equal(store.findDecision({ tree: '3'.repeat(40) }), null);
});

test('only what the hub has is let go, after the retention, and the chain keeps its anchor', (context) => {
  let now = noon;
  const home = createHome(context);
  mkdirSync(home.hub, { mode: 0o700 });
  writeFileSync(home.enrolment, '{}');
  const store = openTestStore(context, home, { now: () => now });
  fill(store, 4);
  const third = store.entries(2, 1)[0]!;
  now += 400 * dayMs;
  assert.deepEqual(store.prune(), { kind: 'pruned', entries: 0 });
  assert.deepEqual(store.acknowledge(3, headOf(third, { sha256 }).hash), { kind: 'acknowledged' });
  assert.deepEqual(store.prune(), { kind: 'pruned', entries: 3 });
  const [fourth] = store.entries(0, 10);
  assert.equal(breakOf(fourth!, { device: 'laptop', head: headOf(third, { sha256 }) }), null);
  assert.equal(store.status().entries, 1);
  assert.equal(store.findDecision({ tree: 'b'.repeat(40) })?.seq, 4);
  fill(store, 1);
  assert.equal(store.status().head.seq, 5);
});

test('a clock that is years ahead takes a part of a full journal at a time, not all of it', (context) => {
  let now = noon;
  const store = openTestStore(context, createHome(context), { now: () => now, limits: { maxEntries: 20 } });
  fill(store, 20);
  now += 3_650 * dayMs;
  appended(store.append(decision({ at: new Date(now).toISOString() })));
  assert.equal(store.status().entries, 19);
  store.check('all');
  now = noon + dayMs;
  appended(store.append(decision({ at: new Date(now).toISOString() })));
  assert.equal(store.append(decision({ at: new Date(now).toISOString() })).kind, 'refused', 'the others are young');
});

test('an entry from the future keeps no place: neither its own nor that of those after it', (context) => {
  let now = noon + 3_650 * dayMs;
  const store = openTestStore(context, createHome(context), { now: () => now, limits: { maxEntries: 10 } });
  appended(store.append(decision({ at: new Date(now).toISOString() })));
  now = noon;
  fill(store, 9);
  assert.equal(store.append(decision()).kind, 'appended', 'of the first one nobody can say that it is young');
  assert.equal(store.append(decision()).kind, 'refused', 'the others are');
  now += 91 * dayMs;
  assert.equal(store.append(decision({ at: new Date(now).toISOString() })).kind, 'appended');
});

test('where no hub waits, entries go after the retention', (context) => {
  let now = noon;
  const store = openTestStore(context, createHome(context), { now: () => now, limits: { retentionMs: 30 * dayMs } });
  fill(store, 3);
  now += 40 * dayMs;
  appended(store.append(decision({ at: new Date(now).toISOString() })));
  assert.deepEqual(store.prune(), { kind: 'pruned', entries: 3 });
  assert.deepEqual(
    store.entries(0, 10).map(({ seq }) => seq),
    [4],
  );
});

test('an acknowledgement of an entry that is not the one kept here is told', (context) => {
  const store = openTestStore(context, createHome(context));
  fill(store, 1);
  assert.equal(store.acknowledge(1, 'f'.repeat(64)).kind, 'diverged');
  assert.equal(store.acknowledge(2, 'f'.repeat(64)).kind, 'diverged');
  assert.equal(store.status().acknowledgedSeq, 0);
});

test('a full journal refuses, with words', (context) => {
  const store = openTestStore(context, createHome(context), { limits: { maxEntries: 2 } });
  fill(store, 2);
  const refused = store.append(decision());
  assert.equal(refused.kind, 'refused');
  assert.match(JSON.stringify(refused), /limit.*2 entries.*kerb sync/);
  assert.equal(store.status().head.seq, 2);
});

test('of verdicts the least used go first', (context) => {
  const store = openTestStore(context, createHome(context), { limits: { maxVerdicts: 3 } });
  store.putVerdicts(
    new Map([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]),
  );
  assert.deepEqual(
    [...store.verdicts(['a', 'x', 'c'])],
    [
      ['a', '1'],
      ['c', '3'],
    ],
  );
  store.putVerdicts(new Map([['d', '4']]));
  assert.deepEqual([...store.verdicts(['a', 'b', 'c', 'd']).keys()], ['a', 'c', 'd']);
});

test('state and requests are kept until they are removed', (context) => {
  const home = createHome(context);
  const store = openTestStore(context, home, { limits: { maxRequests: 1 } });
  store.setState('checkpoint', '{"size":1}');
  store.putRequest('r1', '{}');
  assert.equal(store.putRequest('r2', '{}').kind, 'refused');
  const again = openTestStore(context, home);
  assert.equal(again.state('checkpoint'), '{"size":1}');
  assert.equal(again.state('nothing'), null);
  assert.deepEqual([...again.requests()], [['r1', '{}']]);
  store.setState('checkpoint', null);
  store.removeRequest('r1');
  assert.equal(again.state('checkpoint'), null);
  assert.equal(again.requests().size, 0);
});

test('the store of a newer Kerb is left as it is', (context) => {
  const home = createHome(context);
  openTestStore(context, home).close();
  const { db } = connect(path.join(home.store, 'kerb.db'));
  db.pragma('user_version = 999');
  db.close();
  const refused = openStore({ home, device: 'laptop', now: () => noon, sha256 });
  assert.equal(refused.kind, 'problem');
  assert.match(JSON.stringify(refused), /newer.*schema 999/);
});

test('a runtime that would crash is told from one that can', () => {
  assert.equal(runtimeProblem(), null);
  assert.match(runtimeProblem({ node: '20.20.2', napi: '9' })?.message ?? '', /Node 20\.20\.2 .* Node 22\.14 or newer/);
});

test('who asks again has the decision that is kept already, unless it comes out otherwise or is about something else', (context) => {
  const store = openTestStore(context, createHome(context));
  const append = (changes: Parameters<typeof decision>[0], question = 'Q') =>
    appended(store.append(decision(changes), { question, uses: [{ id: 'EX-1', most: null }] })).entry.seq;
  const target = { base: null, commit: null, tree: 'e'.repeat(40), ref: null };
  assert.equal(append({}), 1);
  assert.equal(append({ latencyMs: 9, client: { name: 'pre-commit', version: '0.2.0' } }), 1);
  assert.equal(append({}, 'another'), 2);
  assert.equal(append({ target }), 3);
  assert.equal(append({ effect: 'deny', passed: false }), 4);
  const policies = { revision: '2', digest: `sha256:${'e'.repeat(64)}`, ring: null };
  assert.equal(append({ policies }), 5, 'what was acted on is what other policies say');
  assert.equal(append({ origin: 'breakGlass', reason: 'outage' }), 6);
  assert.deepEqual([append({ target }), append({})], [3, 1]);
  assert.deepEqual(Object.fromEntries(usesOf(store)), { 'EX-1': 6 });
});

test('a push of more refs than anybody pushes at once is kept once, and the earliest question is forgotten at last', (context) => {
  const store = openTestStore(context, createHome(context));
  const push = (count: number, question: string) => {
    for (let at = 0; at < count; at++) {
      const target = { base: null, commit: null, tree: null, ref: `refs/tags/v${at}` };
      appended(store.append(decision({ gate: 'push', target }), { question, sync: 'soon' }));
    }
    return store.status().head.seq;
  };
  assert.deepEqual([push(700, 'Q'), push(700, 'Q')], [700, 700]);
  assert.deepEqual([push(700, 'another'), push(700, 'another')], [1_400, 1_400]);
  assert.equal(push(1, 'Q'), 1_401, 'so many came after it');
  assert.equal(push(700, 'another'), 1_401);
});

test('uses of exceptions are counted with their decision; one too many is refused, and nothing of it is kept', (context) => {
  const store = openTestStore(context, createHome(context));
  const uses = [
    { id: 'EX-1', most: 2 },
    { id: 'EX-2', most: null },
  ];
  const append = () => store.append(decision(), { uses });
  assert.deepEqual([append().kind, append().kind], ['appended', 'appended']);
  const third = append();
  assert.ok(third.kind === 'refused' && third.reason === 'used', JSON.stringify(third));
  assert.equal(third.message, 'the exception EX-1 was used for the last time meanwhile');
  assert.deepEqual(Object.fromEntries(usesOf(store)), { 'EX-1': 2, 'EX-2': 2 });
  assert.equal(store.status().head.seq, 2);
});

test('a lock that is damaged is a lock again, and still one', (context) => {
  const home = createHome(context);
  const store = openTestStore(context, home);
  fill(store, 1);
  store.close();
  for (const damage of [Buffer.from('garbage\n'), Buffer.alloc(8_192, 7)]) {
    writeFileSync(path.join(home.folder, 'store.lock'), damage);
    writeFileSync(path.join(home.folder, 'store.missed'), damage);
    const again = openTestStore(context, home);
    appended(again.append(decision()));
    again.close();
    const file = path.join(home.folder, 'daemon.lock');
    writeFileSync(file, damage);
    const lock = takeLock(file);
    assert.ok(lock !== null);
    assert.equal(takeLock(file), null);
    lock.release();
  }
});
