/** The journal's promises under faults, in a short form; `npm run faults` is the long one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHome } from '../store.ts';
import { killDaemons } from './daemons.ts';
import { damageStores } from './damage.ts';
import { killWriters } from './kill.ts';

const noSignals = process.platform === 'win32' ? 'there is no SIGKILL here' : false;

test('20 writers killed: no append that had returned is missing or double, the chain holds', {
  skip: noSignals,
}, async (context) => {
  const figures = await killWriters(createHome(context).folder, { kills: 20, seed: 1 });
  assert.ok(figures.acknowledged > 100, JSON.stringify(figures));
});

test('10 daemons killed while commits ask them: git does what the text deserves, and each decision is kept once', {
  skip: noSignals,
}, async (context) => {
  const { commits } = await killDaemons(createHome(context).folder, { kills: 10, seed: 1 });
  assert.ok(commits > 10, `${commits}`);
});

test('300 damaged copies: none makes a changed record pass', (context) => {
  const figures = damageStores(createHome(context).folder, { count: 300, seed: 1 });
  assert.ok(figures.gap > 20 && figures.mended > 5, JSON.stringify(figures));
});
