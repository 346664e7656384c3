import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSchedule, type Loop } from './schedule.ts';

/** An event loop that turns when it is told, with a clock that is set. */
function handLoop(): Loop & { turn(): void; at(ms: number): void } {
  let jobs: (() => void)[] = [];
  let now = 0;
  return {
    setImmediate: (job) => void jobs.push(job),
    now: () => now,
    at(ms) {
      now = ms;
    },
    turn() {
      const due = jobs;
      jobs = [];
      for (const job of due) job();
    },
  };
}

test('a lone request runs two turns later, once', () => {
  const loop = handLoop();
  let runs = 0;
  createSchedule(() => runs++, loop).request();
  const seen = [0, 1, 2].map(() => {
    loop.turn();
    return runs;
  });
  assert.deepEqual(seen, [0, 1, 1]);
});

test('a request in each turn puts the run off, but not for ever', () => {
  const loop = handLoop();
  let runs = 0;
  const schedule = createSchedule(() => runs++, loop);
  for (let turn = 0; turn < 40; turn++) {
    loop.at(turn);
    schedule.request();
    loop.turn();
  }
  assert.equal(runs, 0);
  loop.at(60);
  schedule.request();
  loop.turn();
  loop.turn();
  assert.equal(runs, 1);
});

test('nothing runs after closing', () => {
  const loop = handLoop();
  const schedule = createSchedule(() => assert.fail('it ran'), loop);
  schedule.request();
  schedule.close();
  loop.turn();
  loop.turn();
});
