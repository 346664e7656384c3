/** The copy on this disk in the hands of somebody else: nothing of it is believed, it says so, and the hub mends it. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Bundle } from '../../engine/index.ts';
import { createWorld, type World } from '../../test/sync/device.ts';
import type { Home } from '../home.ts';
import { isOutdated, readGoverning } from './current.ts';
import { copyFolder } from './enrolment.ts';

const hour = 3_600_000;
const bundle = (version: number): Bundle => ({
  version,
  organisation: 'gates: { maxOfflineHours: 24 }\n',
  policies: {},
});

interface Hand {
  readonly name: string;
  readonly does: (folder: string, before: string, world: World) => void;
  readonly said: RegExp;
}

const disbelieved = /^the copy of the organisation's policies on this disk is not believed: /;

const hands: readonly Hand[] = [
  {
    name: 'all of it is gone',
    does: (folder) => rmSync(folder, { recursive: true }),
    said: /root: the hub does not have it/,
  },
  { name: 'the timestamp is gone', does: (folder) => rmSync(fileIn(folder, /timestamp/)), said: /timestamp\.json: / },
  {
    name: 'the timestamp is edited',
    does: (folder) => edit(folder, /timestamp/, '"version":2', '"version":9'),
    said: /timestamp: 0 of the 1 signatures/,
  },
  {
    name: 'its term is prolonged',
    does: (folder) => edit(folder, /timestamp/, '2026-', '2036-'),
    said: /timestamp: 0 of the 1 signatures/,
  },
  {
    name: 'the timestamp is cut off',
    does: (folder) => truncateSync(fileIn(folder, /timestamp/), 100),
    said: /timestamp: it is no JSON/,
  },
  {
    name: 'the timestamp is empty',
    does: (folder) => truncateSync(fileIn(folder, /timestamp/), 0),
    said: /timestamp: it is no JSON/,
  },
  {
    name: 'the snapshot is edited',
    does: (folder) => edit(folder, /snapshot/, '"version":2', '"version":1'),
    said: /snapshot: 0 of the 1 signatures/,
  },
  {
    name: 'the targets are edited',
    does: (folder) => edit(folder, /targets\.json/, 'policies/2', 'policies/7'),
    said: /targets: 0 of the 2 signatures/,
  },
  {
    name: 'a policy bundle is edited',
    does: (folder) => edit(folder, /\.2\.json/, '24', '99'),
    said: /policies\/2\.json: these are not the bytes/,
  },
  {
    name: 'a policy bundle has grown',
    does: (folder) => writeFileSync(fileIn(folder, /\.2\.json/), 'x'.repeat(100_000)),
    said: /more than \d+ bytes/,
  },
  {
    name: 'the root is another one',
    does: (folder) => edit(folder, /root/, '"threshold":2', '"threshold":1'),
    said: /root: these are not the bytes/,
  },
  {
    name: 'the copy of the day before is put back',
    does(folder, before) {
      rmSync(folder, { recursive: true });
      cpSync(before, folder, { recursive: true });
    },
    said: /timestamp: version 1 is offered, and this device has seen 2/,
  },
  {
    name: 'a file is a link',
    does(folder) {
      const file = fileIn(folder, /timestamp/);
      rmSync(file);
      symlinkSync('/dev/zero', file);
    },
    said: /these are not the bytes/,
  },
];

for (const { name, does, said } of hands) {
  test(name, async (context) => {
    const world = await createWorld(context);
    world.publish(1, { bundles: [bundle(1)] });
    const device = await world.enrol();
    await device.round();
    const folder = copyFolder(device.home);
    const before = `${folder}-before`;
    cpSync(folder, before, { recursive: true });
    world.publish(2, { bundles: [bundle(2)] });
    assert.equal((await device.round()).after, 2);

    does(folder, before, world);
    const { organisation } = await readGoverning(device.home);
    assert.equal(organisation?.kind, 'problem', 'no verdict may rest on what is left');
    const message = organisation?.kind === 'problem' ? organisation.message : '';
    assert.match(message, disbelieved);
    assert.match(message, said);

    const healed = await device.round();
    assert.equal(healed.failure ?? healed.refusal, null);
    assert.equal(await revisionIn(device.home), '2');
  });
}

test('the time that counts is that of the last contact; after too long without one, what governs is outdated', async (context) => {
  const world = await createWorld(context);
  const { clock } = world;
  world.publish(1, { bundles: [bundle(1)] });
  const device = await world.enrol();
  await device.round();
  const seen = clock.at;
  for (const [after, isOld] of [
    [0, false],
    [24 * hour, false],
    [24 * hour + 1, true],
    [1_000 * hour, true],
    [-5 * 60_000, false],
    [-hour, true],
  ] as const) {
    const governing = await device.governing();
    assert.equal(governing.organisation?.kind, 'organisation', 'its signatures ran out meanwhile, and it governs');
    assert.equal(isOutdated(governing, seen + after), isOld, `${after}`);
  }
});

test('notes that others could have written are not believed, and neither are broken ones', async (context) => {
  const world = await createWorld(context);
  world.publish(1, { bundles: [bundle(1)] });
  const device = await world.enrol();
  await device.round();
  const trust = path.join(device.home.hub, 'trust.json');
  const text = readFileSync(trust, 'utf8');
  chmodSync(trust, 0o644);
  assert.match(await problemIn(device.home), /can be read or written by others/);
  chmodSync(trust, 0o600);
  writeFileSync(trust, text.replace('"seen"', '"scene"'));
  assert.match(await problemIn(device.home), /is not as Kerb writes it/);
  writeFileSync(trust, text.slice(0, 40));
  assert.match(await problemIn(device.home), /is no JSON/);
  rmSync(trust);
  assert.match(await problemIn(device.home), /run `kerb enroll` again/);
});

async function problemIn(home: Home): Promise<string> {
  const { organisation } = await readGoverning(home);
  return organisation?.kind === 'problem' ? organisation.message : 'it governs';
}

async function revisionIn(home: Home): Promise<string> {
  const { organisation } = await readGoverning(home);
  return organisation?.kind === 'organisation' ? organisation.revision : 'nothing governs';
}

function fileIn(folder: string, name: RegExp): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((each) => name.test(each));
  assert.ok(found, String(name));
  return path.join(folder, found);
}

function edit(folder: string, name: RegExp, from: string, to: string): void {
  const file = fileIn(folder, name);
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(from), text.slice(0, 200));
  writeFileSync(file, text.replace(from, to));
}
