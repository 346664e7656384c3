/** What every store keeps to, whichever database it is on. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { emptyFrontier, grow, hashLeaf, rootOf, verifyConsistency, verifyInclusion } from '../../engine/index.ts';
import type { TestDatabase } from '../../test/hub/database.ts';
import { type DatabaseServer, databases } from '../../test/hub/databases.ts';
import { createDevice, decision, uuid } from '../../test/hub/device.ts';
import { act, addDevice, addTenant, bodyOf, now, send, submit } from '../../test/hub/log.ts';
import { createVerifier, sha256 } from '../cryptography.ts';
import { readBatch } from '../intake/journal.ts';
import { consistencyProof, inclusionProof } from '../log/log.ts';
import { createSequencer } from '../log/sequencer.ts';
import type { ChangeRequest } from './query/publication.ts';
import { firstIdOf } from './query/search.ts';
import type { Tenant } from './query/tenant.ts';
import type { Change, NewToken, Store } from './store.ts';

for (const { name, start, skip } of databases) {
  describe(`the store on ${name}`, { skip }, () => {
    let server: DatabaseServer;
    let database: TestDatabase;
    let store: Store;
    let tenant: Tenant;
    let number = 0;

    before(async () => {
      server = await start();
      database = await server.create();
      store = await database.open();
    });
    after(async () => {
      await store?.close();
      await database?.remove();
      await server?.close();
    });
    const fresh = async () => {
      tenant = await addTenant(store, `tenant-${number++}`);
      const device = createDevice(`device-${number}`);
      await addDevice(store, tenant.id, device);
      return device;
    };
    const decisions = (count: number, from = 1) => Array.from({ length: count }, (_, at) => decision(from + at));

    test('rules for jobs of CI come and go, and are found by who vouches', async () => {
      await fresh();
      const rule = { id: uuid(now), name: 'shop', issuer: `https://ci-${tenant.id}.example`, createdAt: now };
      const claims = { repository_id: ['74'], ref: ['refs/heads/main', 'refs/tags/v*'] };
      await submit(store, tenant.id, act([{ kind: 'addCiRule', rule: { ...rule, claims } }]));
      assert.deepEqual(await store.ciRules(tenant.id), [{ ...rule, claims, tenant: tenant.id }]);
      assert.deepEqual(await store.ciRulesOf(rule.issuer), [{ ...rule, claims, tenant: tenant.id }]);
      await submit(store, tenant.id, act([{ kind: 'removeCiRule', id: rule.id }], uuid(now + 1)));
      assert.deepEqual([await store.ciRules(tenant.id), await store.ciRulesOf(rule.issuer)], [[], []]);
    });

    test('an agent of OPA is as it said last, and makes room when nothing is heard of it any more', async () => {
      await fresh();
      const agent = { token: 'robot', id: 'opa-1', standing: '{"dropped":0}', seenAt: now };
      assert.ok(await store.noteOpaAgent(tenant.id, agent));
      assert.ok(await store.noteOpaAgent(tenant.id, { ...agent, standing: '{"dropped":7}', seenAt: now + 1 }));
      assert.ok(await store.noteOpaAgent(tenant.id, { ...agent, token: 'other', seenAt: now + 2 }));
      const seen = async () => (await store.opaAgents(tenant.id)).map(({ token, standing }) => `${token} ${standing}`);
      assert.deepEqual(await seen(), ['other {"dropped":0}', 'robot {"dropped":7}']);
      assert.ok(await store.noteOpaAgent(tenant.id, { ...agent, id: 'opa-2', seenAt: now + 31 * 86_400_000 }));
      assert.deepEqual(await seen(), ['robot {"dropped":0}']);
    });

    test('what a device sends is in the log, in its order, and proved', async () => {
      const device = await fresh();
      for (let batch = 0; batch < 6; batch++) {
        const outcome = await send(store, device, device.record(decisions(100, 1 + batch * 100)));
        assert.equal(outcome.kind, 'committed');
      }
      const frontier = await store.frontier(tenant.id);
      assert.equal(frontier.size, 601);
      const leaves = await store.leaves(tenant.id, { begin: 0, end: 1_000 });
      assert.deepEqual(
        leaves.map(({ index }) => index),
        Array.from({ length: 601 }, (_, index) => index),
      );
      const root = rootOf(frontier, sha256);
      for (const { index, leaf } of leaves.filter((_, at) => at % 67 === 0 || at === 600)) {
        const proof = await inclusionProof(store, tenant.id, index, 601);
        const claim = { leafHash: hashLeaf(Buffer.from(leaf), sha256), index, size: 601, proof, root };
        assert.ok(verifyInclusion(claim, sha256), `leaf ${index}`);
      }
      const head = device.head();
      const known = await store.device(tenant.id, device.id);
      assert.deepEqual([known?.seq, known?.head], [head.seq, head.hash]);
    });

    test('the log after is a continuation of the log before', async () => {
      const device = await fresh();
      await send(store, device, device.record(decisions(300)));
      const older = await store.frontier(tenant.id);
      await send(store, device, device.record(decisions(300, 301)));
      const newer = await store.frontier(tenant.id);
      const proof = await consistencyProof(store, tenant.id, older.size, newer.size);
      const heads = {
        older: { size: older.size, root: rootOf(older, sha256) },
        newer: { size: newer.size, root: rootOf(newer, sha256) },
      };
      assert.ok(verifyConsistency({ ...heads, proof }, sha256));
    });

    test('a batch that comes again adds nothing, whole, in part, or long after', async () => {
      const device = await fresh();
      const entries = device.record(decisions(20));
      const sent: number[] = [];
      for (const part of [entries.slice(0, 10), entries.slice(0, 10), entries.slice(5, 20), entries.slice(0, 5)]) {
        const outcome = await send(store, device, part);
        assert.equal(outcome.kind, 'committed');
        sent.push(outcome.kind === 'committed' ? outcome.added : -1);
      }
      assert.deepEqual(sent, [10, 0, 10, 0]);
      assert.equal((await store.frontier(tenant.id)).size, 21);
    });

    test('entries before their turn are not taken, and are counted as missing until the others come', async () => {
      const device = await fresh();
      const entries = device.record(decisions(10));
      const outcome = await send(store, device, entries.slice(4));
      assert.equal(outcome.kind, 'outOfOrder');
      assert.equal(await store.missingDecisions(tenant.id), 4);
      await send(store, device, entries);
      assert.equal(await store.missingDecisions(tenant.id), 0);
    });

    test('what a device says is lost is counted', async () => {
      const device = await fresh();
      const gap = { kind: 'gap' as const, at: new Date(now).toISOString(), reason: 'diskFull' as const };
      await send(
        store,
        device,
        device.record([
          { ...gap, id: uuid(now), missing: 7 },
          { ...gap, id: uuid(now), missing: null },
        ]),
      );
      assert.equal(await store.missingDecisions(tenant.id), 8);
    });

    test('a device with two histories is found out', async () => {
      const device = await fresh();
      await send(store, device, device.record(decisions(5)));
      const copy = device.copy();
      await send(store, device, device.record(decisions(3, 6)));
      assert.equal((await send(store, copy, copy.record(decisions(3, 60)))).kind, 'forked');
      assert.equal((await send(store, copy, copy.record(decisions(3, 63)))).kind, 'forked');
      assert.equal((await store.device(tenant.id, device.id))?.forked, 1);
      assert.equal((await store.frontier(tenant.id)).size, 9);
    });

    test('an id is used once: the group that has it again is refused alone', async () => {
      const device = await fresh();
      const other = createDevice(`other-${number}`);
      await addDevice(store, tenant.id, other);
      const [first] = device.record(decisions(1));
      await send(store, device, [first!]);
      const stolen = other.record([decision(2, { id: first!.record.id })]);
      assert.equal((await send(store, other, stolen)).kind, 'idTaken');
      assert.equal((await store.frontier(tenant.id)).size, 3);
    });

    test('a plan that throws leaves nothing behind', async () => {
      const device = await fresh();
      const before = await store.frontier(tenant.id);
      const failing = store.append(tenant.id, { devices: [device.id], ids: [] }, () => {
        throw new Error('on purpose');
      });
      await assert.rejects(failing, /on purpose/);
      assert.deepEqual(await store.frontier(tenant.id), before);
      await send(store, device, device.record(decisions(1)));
    });

    test('many at once through the sequencer: each is answered, all are there once', async () => {
      await fresh();
      const verify = createVerifier({ maxKeys: 100 });
      const devices = Array.from({ length: 8 }, (_, at) => createDevice(`many-${number}-${at}`));
      for (const device of devices) await addDevice(store, tenant.id, device);
      const sequencer = createSequencer({ store, maxWaiting: 10_000, maxGroup: 150 });
      const outcomes = await Promise.all(
        devices.map(async (device, at) => {
          const entries = device.record(decisions(60, at * 1_000));
          const known = (await store.deviceByKey(device.keyId))!;
          const kinds: string[] = [];
          for (const from of [0, 20, 40]) {
            const batch = device.batch(entries.slice(from, from + 20));
            const reading = await readBatch(bodyOf(batch), { device: known, received: now, verify });
            if (reading.kind === 'refused') throw new Error(reading.message);
            const submission = { kind: 'chain' as const, device: device.id, links: reading.links };
            kinds.push((await sequencer.submit(tenant.id, submission)).kind);
          }
          return kinds;
        }),
      );
      await sequencer.close();
      assert.ok(outcomes.flat().every((kind) => kind === 'committed'));
      assert.equal((await store.frontier(tenant.id)).size, 1 + 8 + 8 * 60);
      assert.equal(sequencer.waiting(), 0);
    });

    test('decisions are found by what they are about, the newest first, a page at a time', async () => {
      const device = await fresh();
      const made = decisions(100);
      await send(store, device, device.record(made));
      const newest = [...made].sort((a, b) => (a.id < b.id ? 1 : -1));
      const find = async (query: object, limit = 200) =>
        (await store.search(tenant.id, { ...query, limit, kind: 'decision' })).map(({ id }) => id);
      const ids = (keep: (each: (typeof made)[number]) => boolean) => newest.filter(keep).map(({ id }) => id);
      assert.deepEqual(
        await find({}),
        ids(() => true),
      );
      assert.deepEqual(
        await find({ effect: 'deny' }),
        ids(({ effect }) => effect === 'deny'),
      );
      assert.deepEqual(
        await find({ repository: 'github.com/acme/shop-3' }),
        ids(({ repository }) => repository.endsWith('-3')),
      );
      assert.deepEqual(
        await find({ gate: 'push', effect: 'allow' }),
        ids(({ gate, effect }) => gate === 'push' && effect === 'allow'),
      );
      assert.deepEqual(
        await find({ policy: 'kubernetes/privileged' }),
        ids(({ effect }) => effect === 'deny'),
      );
      assert.deepEqual(await find({ policy: 'kubernetes/other' }), []);
      assert.deepEqual(
        await find({ device: device.id }),
        ids(() => true),
      );
      const [from, to] = [Date.parse(made[20]!.at), Date.parse(made[30]!.at)];
      assert.deepEqual(
        await find({ from, to }),
        ids(({ at }) => Date.parse(at) >= from && Date.parse(at) < to),
      );
      const pages: string[] = [];
      for (let page = await find({}, 7); page.length > 0; page = await find({ after: page.at(-1) }, 7))
        pages.push(...page);
      assert.deepEqual(
        pages,
        ids(() => true),
      );
    });

    test('one decision has the very text that its leaf names', async () => {
      const device = await fresh();
      const [entry] = device.record([decision(10)]);
      await send(store, device, [entry!]);
      const found = await store.record(tenant.id, entry!.record.id);
      assert.deepEqual(JSON.parse(found!.body), entry);
      assert.equal(found!.passed, false);
      const leaf = await store.leaf(tenant.id, entry!.record.id);
      assert.equal(JSON.parse(leaf!.leaf).body, device.head().hash);
      assert.equal(await store.record(tenant.id, uuid(now)), null);
    });

    test('figures count what came in', async () => {
      const device = await fresh();
      await send(store, device, device.record(decisions(60)));
      await send(store, device, device.record(decisions(40, 61)));
      const hours = await store.hours(tenant.id, 0);
      assert.equal(
        hours.reduce((sum, { decisions: count }) => sum + count, 0),
        100,
      );
      assert.equal(
        hours.filter(({ effect }) => effect === 'deny').reduce((sum, each) => sum + each.decisions, 0),
        10,
      );
      assert.ok(Math.abs(hours.reduce((sum, { latencyMs }) => sum + latencyMs, 0) - 450) < 0.001);
      assert.deepEqual(await store.topPolicies(tenant.id, 0, 10), [
        { policy: 'kubernetes/privileged', findings: 10, excepted: 0 },
      ]);
      const [top] = await store.topRepositories(tenant.id, 0, 1);
      assert.deepEqual(top, { repository: 'github.com/acme/shop-0', effect: 'deny', decisions: 5 });
    });

    test('tenants see nothing of each other', async () => {
      const device = await fresh();
      const [one] = [tenant];
      const [entry] = device.record(decisions(1));
      await send(store, device, [entry!]);
      await fresh();
      assert.equal(await store.record(tenant.id, entry!.record.id), null);
      assert.equal(await store.leaf(tenant.id, entry!.record.id), null);
      assert.equal(await store.device(tenant.id, device.id), null);
      assert.deepEqual(await store.search(tenant.id, { limit: 10, kind: 'decision' }), []);
      assert.equal((await store.search(one.id, { limit: 10, kind: 'decision' })).length, 1);
    });

    test('an act and what it changes are committed together, and once', async () => {
      await fresh();
      const token = {
        id: uuid(now),
        hash: `hash-${number}`,
        name: 'ci',
        role: 'robot',
        createdAt: now,
        expiresAt: now + 1,
        person: null,
      };
      const adding = act([{ kind: 'addToken', token }]);
      assert.deepEqual(
        (await submit(store, tenant.id, adding, adding)).map((each) => each.kind === 'committed' && each.added),
        [1, 0],
      );
      assert.equal((await store.tokenByHash(token.hash))?.name, 'ci');
      await submit(store, tenant.id, act([{ kind: 'revokeToken', id: token.id, at: now }]));
      assert.equal((await store.tokenByHash(token.hash))?.revokedAt, now);
      await assert.rejects(submit(store, tenant.id, act([{ kind: 'addToken', token }])));
      assert.equal((await store.frontier(tenant.id)).size, 3);
    });

    test('a person’s sign-ins of another role end, other people’s stay, and those long over are forgotten', async () => {
      await fresh();
      const person = { issuer: 'https://login.example', subject: 'ada' };
      const signIn = (hash: string, role: string, changes: Partial<NewToken> = {}): Change => ({
        kind: 'addToken',
        token: {
          ...{
            id: uuid(now),
            hash: `${hash}-${number}`,
            name: 'ada',
            role,
            createdAt: now,
            expiresAt: now + 1,
            person,
          },
          ...changes,
        },
      });
      const other = { person: { ...person, subject: 'bob' } };
      const all = [signIn('a', 'admin'), signIn('b', 'author'), signIn('c', 'admin', other)];
      await submit(store, tenant.id, act([...all, signIn('d', 'admin', { person: null })]));
      await submit(store, tenant.id, act([{ kind: 'endSignIns', person, role: 'author', at: now }]));
      const live = async () =>
        (await store.tokens(tenant.id))
          .filter(({ revokedAt }) => revokedAt === null)
          .map(({ role }) => role)
          .sort();
      assert.deepEqual(await live(), ['admin', 'admin', 'author']);
      await submit(store, tenant.id, act([{ kind: 'endSignIns', person, role: null, at: now }]));
      assert.deepEqual(await live(), ['admin', 'admin']);
      assert.deepEqual((await store.tokenByHash(`a-${number}`))?.person, person);
      await store.forgetSignIns(now + 2);
      assert.deepEqual(
        (await store.tokens(tenant.id)).map((each) => each.person),
        [null],
      );
    });

    test('what may be used once is used once', async () => {
      await fresh();
      const use = { what: 'jti:1', expiresAt: now + 10, now };
      assert.deepEqual([await store.spend(tenant.id, use), await store.spend(tenant.id, use)], [true, false]);
      assert.equal(await store.spend(tenant.id, { ...use, now: now + 11, expiresAt: now + 20 }), true);
    });

    test('retention deletes bodies, and the proofs of their leaves still hold', async () => {
      const device = await fresh();
      const made = decisions(50);
      await send(store, device, device.record(made));
      const before = firstIdOf(Date.parse(made[30]!.at));
      await assert.rejects(store.deleteRecordsBefore(tenant.id, before), /until its time has come/);
      await submit(store, tenant.id, act([{ kind: 'retain', beforeId: before }]));
      assert.equal(await store.deleteRecordsBefore(tenant.id, before), 30);
      assert.equal(await store.record(tenant.id, made[0]!.id), null);
      const { index, leaf } = (await store.leaf(tenant.id, made[0]!.id))!;
      const frontier = await store.frontier(tenant.id);
      const proof = await inclusionProof(store, tenant.id, index, frontier.size);
      const claim = {
        leafHash: hashLeaf(Buffer.from(leaf), sha256),
        index,
        size: frontier.size,
        proof,
        root: rootOf(frontier, sha256),
      };
      assert.ok(verifyInclusion(claim, sha256));
    });

    test('two hubs over one database take turns, and neither loses or doubles anything', {
      skip: name === 'SQLite' && 'one process has the file',
    }, async () => {
      await fresh();
      const second = await database.open();
      const devices = Array.from({ length: 6 }, (_, at) => createDevice(`turn-${number}-${at}`));
      for (const device of devices) await addDevice(store, tenant.id, device);
      await Promise.all(
        devices.map(async (device, at) => {
          for (let batch = 0; batch < 10; batch++) {
            const outcome = await send(at % 2 === 0 ? store : second, device, device.record(decisions(5, batch * 5)));
            assert.equal(outcome.kind, 'committed');
          }
        }),
      );
      await second.close();
      const frontier = await store.frontier(tenant.id);
      assert.equal(frontier.size, 1 + 6 + 6 * 50);
      const leaves = await store.leaves(tenant.id, { begin: 0, end: 1_000 });
      const again = grow(
        emptyFrontier,
        leaves.map(({ leaf }) => hashLeaf(Buffer.from(leaf), sha256)),
        sha256,
      ).frontier;
      assert.deepEqual(rootOf(again, sha256), rootOf(frontier, sha256));
    });

    test('what is said of a change and of its earlier versions is found with it, and goes with its time', async () => {
      await fresh();
      const request = (id: string, replaces: string | null): ChangeRequest => ({
        ...{ id, replaces, author: 'ada', title: 't', number: 1, version: 1, bundle: '{}', rollout: null, draft: '{}' },
        ...{ state: 'open', openedAt: now, closedAt: null },
      });
      const place = { file: 'acme/names.yaml', line: 8, quote: 'require: true' };
      const says = (id: string, change: string, at: typeof place | null = null): Change => ({
        ...{ kind: 'addComment', comment: { id, request: change, place: at, text: `${id} <&>`, by: 'bob', at: now } },
      });
      const [first, second, third, last] = [1, 2, 3, 4].map((ms) => uuid(now + ms));
      await submit(
        store,
        tenant.id,
        act([
          ...[request('one', null), request('two', 'one'), request('other', null), request('three', 'two')].map(
            (each) => ({ kind: 'openRequest', request: each }) as const,
          ),
          ...[says(first!, 'one', place), says(second!, 'other'), says(third!, 'two'), says(last!, 'three')],
        ]),
      );
      const said = async (change: string) => (await store.comments(tenant.id, change)).map(({ id }) => id);
      assert.deepEqual(await said('three'), [first, third, last]);
      assert.deepEqual(await said('one'), [first]);
      assert.deepEqual((await store.comments(tenant.id, 'two'))[0]?.place, place);
      assert.equal(await store.commentCount(tenant.id, 'two'), 1);
      await assert.rejects(store.deleteCommentsBefore(tenant.id, third!), /until its time has come/);
      await submit(store, tenant.id, act([{ kind: 'retain', beforeId: third! }], uuid(now + 9)));
      await store.deleteCommentsBefore(tenant.id, third!);
      assert.deepEqual(await said('three'), [third, last]);
      const own = `where tenant = ${tenant.id}`;
      for (const sql of [
        `update change_comment set text = 'x' ${own}`,
        `update change_request set replaces = 'x' ${own}`,
      ])
        await assert.rejects(database.execute(sql), /stays/, sql);
    });

    test('decisions are counted by bundle, effect and how long they took', async () => {
      const device = await fresh();
      const made = [3, 3.1, 100, 100, 2_000].map((latencyMs, at) => decision(at, { latencyMs, effect: 'allow' }));
      await send(store, device, device.record(made));
      const { revision } = made[0]!.policies;
      const counts = await store.revisionCounts(tenant.id, [revision, 'other'], 0);
      assert.deepEqual(
        counts.map(({ latency, decisions: many }) => [latency, many]).sort(([a = 0], [b = 0]) => a - b),
        [
          [7, 2],
          [27, 2],
          [44, 1],
        ],
      );
    });

    test('the database itself refuses to change what may only grow', async () => {
      const device = await fresh();
      await send(store, device, device.record(decisions(3)));
      const own = `where tenant = ${tenant.id}`;
      for (const sql of [
        `update leaf_run set size = 7 ${own}`,
        `delete from leaf_run ${own}`,
        `update place set idx = 7 ${own}`,
        `delete from place ${own}`,
        `update record_run set size = 7 ${own}`,
        `delete from record_run ${own}`,
        `update head set size = 1 ${own}`,
        `delete from head ${own}`,
        `update tile set hashes = substr(hashes, 1, 32) ${own}`,
        `delete from tile ${own}`,
        `update tenant set origin = 'other' where id = ${tenant.id}`,
      ]) {
        await assert.rejects(database.execute(sql), /only grows|stays|keeps its origin/, sql);
      }
    });
  });
}
