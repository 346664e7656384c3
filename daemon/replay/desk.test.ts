import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replayObstacles } from '../../hub/protocol.ts';
import type { Schedule } from '../process/idle.ts';
import { createReplayDesk } from './desk.ts';
import type { AcceptedTask } from './question.ts';
import type { Ran } from './run.ts';

const task = (id: string): AcceptedTask => ({
  ...{ kind: 'accepted', id, sha256: 'a'.repeat(64), bundle: '{}', expiresAt: 0 },
});
const replayed: Ran = {
  kind: 'replayed',
  summary: {
    ...{ since: '2026-11-01T00:00:00.000Z', decisions: 0, replayed: 0, groups: [], groupsLeftOut: 0 },
    obstacles: Object.fromEntries(replayObstacles.map((each) => [each, 0])) as Record<
      (typeof replayObstacles)[number],
      0
    >,
    effects: { allowToDeny: 0, denyToAllow: 0, toNoVerdict: 0, fromNoVerdict: 0 },
  },
};

/** A desk whose time passes when the test says so, and whose replays end so. */
function createDesk() {
  const due = new Set<() => void>();
  const started: string[] = [];
  const said: string[] = [];
  let [finish, ready]: [(ran: Ran) => void, number] = [() => undefined, 0];
  const schedule: Schedule = (callback) => {
    due.add(callback);
    return () => due.delete(callback);
  };
  const desk = createReplayDesk({
    start({ id }) {
      started.push(id);
      let end = (_: Ran): void => undefined;
      const ended = new Promise<Ran>((resolve) => {
        end = resolve;
      });
      finish = end;
      return { ended, cancel: () => end({ kind: 'cancelled' }) };
    },
    schedule,
    ready: () => void ready++,
    log: (line) => void said.push(line),
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    ...{ desk, started, said },
    ready: () => ready,
    async finish(ran: Ran) {
      finish(ran);
      await settle();
    },
    /** Nobody asks for a while. */
    async rest() {
      const all = [...due];
      due.clear();
      for (const callback of all) callback();
      await settle();
    },
    settle,
  };
}

test('nothing begins before nobody has asked for a while, and one replay runs at a time', async () => {
  const { desk, started, rest, finish, ready } = createDesk();
  desk.take(task('one'));
  desk.take(task('two'));
  assert.deepEqual(started, []);
  await rest();
  assert.deepEqual(started, ['one']);
  await rest();
  assert.deepEqual(started, ['one']);
  await finish(replayed);
  assert.deepEqual([ready(), desk.answers().map((each) => each.task.id)], [1, ['one']]);
  await rest();
  assert.deepEqual(started, ['one', 'two']);
});

test('a question to a gate ends the replay that runs; it begins again once there was none for a while', async () => {
  const { desk, started, rest, finish } = createDesk();
  desk.take(task('one'));
  await rest();
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const deciding = desk.during(() => asked);
  await rest();
  assert.deepEqual([started, desk.answers()], [['one'], []], 'none beside the question');
  answer();
  await deciding;
  await rest();
  assert.deepEqual(started, ['one', 'one']);
  await finish(replayed);
  assert.equal(desk.answers().length, 1);
});

test('what fails is said, tried again, and let go after the third time', async () => {
  const { desk, started, said, rest, finish } = createDesk();
  desk.take(task('one'));
  for (const _ of [1, 2, 3, 4]) {
    await rest();
    await finish({ kind: 'failed', message: 'git is gone' });
  }
  assert.deepEqual([started.length, said.length, desk.knows('one')], [3, 3, true]);
  assert.match(said[0] ?? '', /change one failed: git is gone/);
});

test('what nobody asks for any more ends, whether it waits, runs, or is answered', async () => {
  const { desk, started, rest, finish, settle } = createDesk();
  for (const id of ['one', 'two', 'three']) desk.take(task(id));
  await rest();
  await finish(replayed);
  await rest();
  assert.deepEqual(started, ['one', 'two']);
  desk.keep(['three']);
  await settle();
  assert.deepEqual(
    [desk.knows('one'), desk.knows('two'), desk.knows('three'), desk.answers()],
    [false, false, true, []],
  );
  await rest();
  assert.deepEqual(started, ['one', 'two', 'three']);
});

test('closing waits for the replay that runs, and nothing begins after it', async () => {
  const { desk, started, rest } = createDesk();
  desk.take(task('one'));
  desk.take(task('two'));
  await rest();
  await desk.close();
  await rest();
  assert.deepEqual(started, ['one']);
});
