/** A hub's folder: keys that are made once, and that are keys. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { sqliteDatabase } from '../test/hub/database.ts';
import { runHub } from '../test/hub/running.ts';
import { KeyError, openHome } from './home.ts';
import { startHub } from './start.ts';

const names = ['log.key', 'opa.key', 'snapshot.key', 'timestamp.key', 'token.key'];

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-home-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('of hubs that start over one new folder at one moment all have the same keys', async (context) => {
  const parent = folderFor(context);
  const folders = Array.from({ length: 20 }, (_, at) => path.join(parent, String(at)));
  const at = Date.now() + 2_000;
  const script = `
    const { openHome } = await import(${JSON.stringify(path.join(import.meta.dirname, 'home.ts'))});
    while (Date.now() < ${at});
    for (const folder of ${JSON.stringify(folders)}) {
      const { logKey, tokenSecret, online, opaKey } = openHome(folder);
      console.log([logKey, online.snapshot, online.timestamp].map((key) => Buffer.from(key.publicKey).toString('hex')).join(' '),
        Buffer.from(tokenSecret).toString('hex'), opaKey.replaceAll('\\n', ''));
    }`;
  const run = promisify(execFile);
  const all = await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', script])),
  );
  assert.equal(all[0]!.stdout.trim().split('\n').length, folders.length);
  assert.equal(new Set(all.map(({ stdout }) => stdout)).size, 1);
  for (const folder of folders) {
    assert.deepEqual(readdirSync(folder).toSorted(), names);
    for (const name of names) assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600);
  }
});

test('a key file that was cut off is refused by its name, and nothing is signed by what is left', (context) => {
  for (const name of names) {
    const folder = folderFor(context);
    openHome(folder);
    for (const rest of ['', readFileSync(path.join(folder, name), 'utf8').slice(0, 30)]) {
      writeFileSync(path.join(folder, name), rest);
      assert.throws(
        () => openHome(folder),
        (error) => error instanceof KeyError && error.message.startsWith(`${path.join(folder, name)} holds no key: `),
      );
    }
  }
});

test('a hub whose keys are others than those of the one before says which, and what is good is not displaced', async (context) => {
  const database = await sqliteDatabase();
  context.after(() => database.remove());
  const folder = folderFor(context);
  const saidBy = async (): Promise<readonly string[]> => {
    const said: string[] = [];
    const store = await database.open();
    const nothing = { url: null, tls: null, traces: null, providers: new Map(), host: '127.0.0.1', port: 0 };
    const options = { ...nothing, home: openHome(folder), store, tenant: 'acme', version: 'test', now: Date.now };
    await (await startHub({ ...options, say: (line) => said.push(line) })).close();
    return said.filter((line) => line.includes('.key in '));
  };
  assert.deepEqual(await saidBy(), []);
  assert.deepEqual(await saidBy(), []);
  for (const name of names.filter((each) => each !== 'log.key')) {
    rmSync(path.join(folder, name));
    const [line, ...more] = await saidBy();
    assert.ok(line?.startsWith(`${name} in ${folder} is another than that of the hub`), line);
    assert.deepEqual([more, await saidBy()], [[], []]);
  }
});

test('a hub whose log another key has signed does not start, unless it is told to go on with a new one', async (context) => {
  const database = await sqliteDatabase();
  context.after(() => database.remove());
  const first = await runHub(() => database.open());
  await first.close();
  const home = openHome(folderFor(context));
  const start = async (newLogKey: boolean): Promise<void> => {
    const store = await database.open();
    const nothing = { url: null, tls: null, traces: null, providers: new Map(), say: () => undefined };
    const options = { ...nothing, home, store, host: '127.0.0.1', port: 0, tenant: 'acme', version: 'test', newLogKey };
    const hub = await startHub({ ...options, now: Date.now }).catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    await hub.close();
  };
  await assert.rejects(start(false), /^KeyError: the log of acme was signed by another key than log\.key in /);
  await start(true);
  await start(false);
});
