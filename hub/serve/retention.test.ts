/** Bodies go when their time has passed; leaves, proofs and figures stay, and the command does the same. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { readNoteKey, verifyReceipt } from '../../engine/index.ts';
import { databases } from '../../test/hub/databases.ts';
import { decision } from '../../test/hub/device.ts';
import { actsOf } from '../../test/hub/organisation.ts';
import { enrol, type TestHub, withHub } from '../../test/hub/running.ts';
import { sha256, verifyEd25519 } from '../cryptography.ts';
import { hubPaths } from '../protocol.ts';

const dayMs = 86_400_000;

for (const { name, skip, start } of databases) {
  describe(`retention on ${name}`, { skip }, () => {
    test('what is older is deleted, and still proved', () => withHub(start, story));
  });
}

async function story(hub: TestHub): Promise<void> {
  const device = await enrol(hub);
  const daysAgo = (days: number) => new Date(Date.now() - days * dayMs).toISOString();
  const old = Array.from({ length: 40 }, (_, day) => decision(1, { at: daysAgo(60 - day) }));
  const young = decision(1, { at: daysAgo(1) });
  await device.ask('POST', hubPaths.journal, device.batch(device.record([...old, young])));

  const first = await ask(hub, 30);
  assert.deepEqual([first.deleted, first.isDone], [7, false], 'a week at a time');
  let deleted = first.deleted;
  for (let round = await ask(hub, 30); ; round = await ask(hub, 30)) {
    deleted += round.deleted;
    if (round.isDone) break;
  }
  assert.equal(deleted, 31);
  const bodyOf = async (id: string) =>
    ((await (await hub.admin('GET', `/v1/decisions/${id}`)).json()) as { body: string | null }).body;
  assert.equal(await bodyOf(old[0]!.id), null);
  assert.notEqual(await bodyOf(old[35]!.id), null);
  assert.notEqual(await bodyOf(young.id), null);

  const key = readNoteKey((await (await hub.admin('GET', hubPaths.logKey)).text()).trim(), sha256)!;
  const receipt = await (await hub.admin('GET', `${hubPaths.receipts}/${old[0]!.id}`)).text();
  assert.equal(verifyReceipt(receipt, { key, sha256, verify: verifyEd25519 }).kind, 'proved');
  const acts = (await actsOf(hub)).filter((act) => act.startsWith('retention.'));
  assert.ok(acts.length >= 1);

  assert.equal((await ask(hub, 90)).deleted, 0, 'a longer time brings nothing back, and takes nothing');
  const ran = await command(hub, 'retain', '25');
  assert.equal(ran.status, 0, ran.text);
  assert.match(ran.text, /^5 records from before .* are deleted/m);
  assert.equal((await command(hub, 'retain', 'soon')).status, 2);
}

async function ask(hub: TestHub, days: number): Promise<{ readonly deleted: number; readonly isDone: boolean }> {
  const answer = await hub.admin('POST', '/v1/retention', { days });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as { deleted: number; isDone: boolean };
}

function command(hub: TestHub, ...words: readonly string[]): Promise<{ status: number | null; text: string }> {
  const main = path.resolve(import.meta.dirname, '../main.ts');
  const args = [main, ...words, '--data', hub.folder, '--url', hub.url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, text })));
}
