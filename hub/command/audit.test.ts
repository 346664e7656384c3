/** `kerb hub` and `kerb audit` as commands: a running hub, what it exports, and what verifies without it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { decision } from '../../test/hub/device.ts';
import { hubFolder, removeFolder, spawnHub } from '../../test/hub/process.ts';
import { enrol } from '../../test/hub/running.ts';
import { hubPaths } from '../protocol.ts';

const root = path.resolve(import.meta.dirname, '../..');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(file: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const program = [path.join(root, file), ...args];
    execFile(process.execPath, program, { timeout: 60_000, maxBuffer: 50_000_000 }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}

test('a hub is backed up, exported and verified offline; a changed byte is found; an old state is put back', async () => {
  const folder = hubFolder();
  const at = (name: string): string => path.join(folder, name);
  try {
    const hub = await spawnHub(folder);
    const device = await enrol(hub);
    const entries = device.record(Array.from({ length: 30 }, (_, number) => decision(number)));
    assert.equal((await device.ask('POST', hubPaths.journal, device.batch(entries))).status, 200);
    const id = entries[3]!.record.id;
    writeFileSync(at('key'), await (await hub.admin('GET', '/v1/log/key')).text());
    const access = ['--hub', hub.url, '--token-file', at('admin.token')];
    const proved = await run('bin/kerb', 'audit', 'prove', id, ...access);
    assert.equal(proved.code, 0, proved.err);
    writeFileSync(at('receipt'), proved.out);
    const exported = await run('bin/kerb', 'audit', 'export', ...access);
    assert.equal(exported.code, 0, exported.err);
    writeFileSync(at('export'), exported.out);
    const exportAs = async (...what: readonly string[]) => run('bin/kerb', 'audit', 'export', ...what, ...access);
    const events = (await exportAs('findings', '--format', 'ocsf', '--days', '366')).out.trimEnd().split('\n');
    assert.deepEqual(
      events.map((line) => (JSON.parse(line) as { class_uid: number }).class_uid),
      [2_003, 2_003, 2_003],
    );
    const sarif = JSON.parse((await exportAs('findings', '--days', '366')).out) as { runs: { results: object[] }[] };
    assert.deepEqual(
      sarif.runs.map(({ results }) => results.length),
      [3],
    );
    assert.match((await exportAs('compliance', '--format', 'csv')).out, /^from,to,control,framework/);
    const none = await exportAs('exceptions', '--format', 'oscal');
    assert.deepEqual([none.code, /there is no exception that holds/.test(none.err)], [2, true], none.err);
    assert.equal((await run('hub/main.ts', 'backup', at('backup'), '--data', folder)).code, 0);
    assert.equal(statSync(at('backup')).mode & 0o777, 0o600);
    assert.equal((await run('hub/main.ts', 'restore', at('backup'), '--data', folder)).code, 2, 'while it runs');
    assert.ok(!existsSync(at('hub.db.incoming')), 'what was refused is not left there');
    await hub.close();

    const verify = (file: string): Promise<Ended> =>
      run('bin/kerb', 'audit', 'verify', at(file), '--key-file', at('key'));
    const receipt = await verify('receipt');
    assert.deepEqual([receipt.code, receipt.out.includes(id)], [0, true], receipt.err);
    const whole = await verify('export');
    assert.deepEqual([whole.code, /^whole: \d+ entries/.test(whole.out)], [0, true], whole.out);
    writeFileSync(at('export'), exported.out.replace('ada@acme.example', 'eve@acme.example'));
    const altered = await verify('export');
    assert.equal(altered.code, 1);
    assert.match(altered.out, /^entry \d+: the body was changed/);
    writeFileSync(at('receipt'), proved.out.replace(/index \d+/, 'index 0'));
    assert.equal((await verify('receipt')).code, 1);
    writeFileSync(at('receipt'), 'nonsense');
    assert.equal((await verify('receipt')).code, 1);
    assert.equal((await run('bin/kerb', 'audit', 'verify', at('export'))).code, 2);

    const restored = await run('hub/main.ts', 'restore', at('backup'), '--data', folder);
    assert.equal(restored.code, 0, restored.err);
    assert.ok(existsSync(at('hub.db.before-1')));
    writeFileSync(at('broken'), readFileSync(at('backup')).subarray(0, 20_000));
    assert.equal((await run('hub/main.ts', 'restore', at('broken'), '--data', folder)).code, 2);
    const again = await spawnHub(folder);
    const record = await again.admin('GET', `/v1/decisions/${id}`);
    assert.equal(record.status, 200);
    await again.close();
  } finally {
    removeFolder(folder);
  }
});

test('what makes no sense is said in a line, with exit code 2', async () => {
  const folder = hubFolder();
  try {
    for (const [args, words] of [
      [['--listen', 'nowhere'], /--listen takes HOST:PORT/],
      [['--database', 'mysql://x'], /--database takes postgres/],
      [['--tls-cert', '/nowhere'], /go together/],
      [['--unknown'], /Unknown option/],
      [['backup'], /backup FILE/],
      [['paint', 'it'], /there is no kerb hub paint/],
    ] as const) {
      const ended = await run('hub/main.ts', ...args, '--data', folder);
      assert.deepEqual([ended.code, words.test(ended.err)], [2, true], ended.err);
    }
    assert.match((await run('hub/main.ts', '--help')).out, /^kerb hub \[--database URL\]/);
  } finally {
    removeFolder(folder);
  }
});
