// The server as `bin/kerb lsp --stdio` starts it: from a snapshot where it can, and as anywhere else where it cannot.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { type ClientOptions, startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod, workflow } from './texts.ts';

const root = path.resolve(import.meta.dirname, '../..');
const kerb = { file: path.join(root, 'bin/kerb'), args: ['lsp', '--stdio'] };
const texts: readonly (readonly [name: string, languageId: string, text: string])[] = [
  ['pod.yaml', 'yaml', pod],
  ['.github/workflows/ci.yml', 'yaml', workflow],
  ['Dockerfile', 'dockerfile', 'FROM debian:latest\nRUN curl http://example.com | sh\n'],
  [
    'app.ts',
    'typescript',
    "import { createHash } from 'node:crypto';\nexport const sum = createHash('md5');\neval(input);\n",
  ],
  ['app.py', 'python', 'import yaml\nyaml.load(text, Loader=yaml.Loader)\n'],
  ['package.json', 'json', '{"name": "a", "dependencies": {"b": "git+http://example.com/b.git"}}\n'],
];

describe('a server from a snapshot', () => {
  const place = folderWith();
  const clients: TestClient[] = [];
  after(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    place.remove();
  });
  const started = async (program: ClientOptions['program']): Promise<TestClient> => {
    const client = await startClient({ folders: [place.folder], ...(program === undefined ? {} : { program }) });
    clients.push(client);
    return client;
  };
  const isFromSnapshot = ({ process: { pid } }: TestClient): boolean =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--snapshot-blob');

  test('is what is started, and finds what the server finds that is started from its source', async (context) => {
    if (process.platform !== 'linux') return context.skip('how a process was started is looked up in /proc');
    writeFileSync(
      path.join(place.folder, 'kerb.yaml'),
      'policies:\n  kubernetes/image-digest: { enforcement: deny }\n',
    );
    const ways = await Promise.all([
      started(undefined),
      started(kerb),
      // Options of Node's would not reach a process that becomes another one.
      started({ ...kerb, env: { NODE_OPTIONS: '--no-warnings' } }),
    ]);
    assert.deepEqual(ways.map(isFromSnapshot), [false, true, false]);
    const found = await Promise.all(
      ways.map(async (client) => {
        const all = [];
        for (const [name, languageId, text] of texts) {
          const uri = uriOf(path.join(place.folder, name));
          client.open(uri, languageId, text);
          await client.diagnostics(uri, 1);
          const end = { line: text.split('\n').length - 1, character: 0 };
          client.change(uri, 2, [{ range: { start: end, end }, text: '\n' }]);
          all.push(await client.diagnostics(uri, 2));
        }
        return all;
      }),
    );
    assert.ok(found[0]!.every((diagnostics) => diagnostics.length > 0));
    const words = found.map((all) =>
      JSON.stringify(all.map((list) => list.map(({ codeDescription, ...rest }) => rest))),
    );
    assert.equal(words[1], words[0]);
    assert.equal(words[2], words[0]);
  });

  test('judges by its own day and its own repository', async () => {
    const client = await started(kerb);
    const uri = uriOf(path.join(place.folder, 'expired.yaml'));
    const allowed = `# kerb: allow kubernetes/privileged until 2026-11-27 -- until the driver is replaced\n${pod}`;
    client.open(uri, 'yaml', allowed);
    const found = await client.diagnostics(uri, 1);
    assert.ok(found.some(({ code }) => code === 'kubernetes/privileged'));
    assert.equal(found.find(({ code }) => code === 'kubernetes/image-digest')?.severity, 1, 'what kerb.yaml says');
  });
});
