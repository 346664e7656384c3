// Messages and texts that no good client sends: the server answers or ignores them, and goes on.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod } from './texts.ts';

describe('hostile clients and texts', () => {
  const place = folderWith();
  let client: TestClient;
  let files = 0;
  before(async () => {
    client = await startClient({ folders: [place.folder] });
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  const isAlive = async (): Promise<void> => {
    const uri = uriOf(`${place.folder}/alive-${++files}.yaml`);
    client.open(uri, 'yaml', pod);
    assert.ok((await client.diagnostics(uri, 1)).some(({ code }) => code === 'kubernetes/privileged'));
    client.close(uri);
  };

  const notifications: readonly (readonly [string, object | null])[] = [
    ['textDocument/didOpen', {}],
    ['textDocument/didOpen', null],
    ['textDocument/didOpen', { textDocument: { uri: 5, languageId: null, version: 'x', text: {} } }],
    [
      'textDocument/didChange',
      { textDocument: { uri: 'file:///never/opened.yaml', version: 2 }, contentChanges: [{ text: 'a' }] },
    ],
    ['textDocument/didChange', { textDocument: {}, contentChanges: null }],
    ['textDocument/didClose', { textDocument: { uri: 'file:///never/opened.yaml' } }],
    ['workspace/didChangeWatchedFiles', { changes: [{ uri: 'nonsense', type: 9 }] }],
    ['workspace/didChangeWorkspaceFolders', { event: { added: [{ uri: 'virtual:/x', name: 'x' }], removed: [] } }],
    ['$/cancelRequest', { id: 99_999 }],
    ['no/such/notification', {}],
  ];
  for (const [method, params] of notifications) {
    test(`${method} with ${JSON.stringify(params)}`, async () => {
      client.notify(method, params);
      await isAlive();
    });
  }

  const requests: readonly (readonly [string, object | null])[] = [
    ['no/such/request', {}],
    ['textDocument/hover', { textDocument: { uri: 'file:///never/opened.yaml' }, position: { line: 0, character: 0 } }],
    ['textDocument/hover', null],
    ['textDocument/codeAction', { textDocument: { uri: 'file:///never/opened.yaml' }, range: null, context: {} }],
    [
      'codeAction/resolve',
      {
        title: 'x',
        data: { uri: 'file:///a', version: 1, promise: { kind: 'fix', fingerprint: '__proto__', index: -1 } },
      },
    ],
    ['codeAction/resolve', { title: 'x', data: '__proto__' }],
    ['kerb/explain', { policy: 7 }],
    ['kerb/explain', { policy: '../../etc/passwd' }],
    ['textDocument/diagnostic', { textDocument: { uri: 'file:///never/opened.yaml' } }],
    ['workspace/executeCommand', { command: 'kerb.server.explain', arguments: [{ __proto__: null }] }],
  ];
  for (const [method, params] of requests) {
    test(`${method} with ${JSON.stringify(params)} is answered`, async () => {
      await client
        .request(method, params)
        .catch((error: { code: number }) => assert.equal(typeof error.code, 'number'));
      await isAlive();
    });
  }

  const texts: Readonly<Record<string, string>> = {
    'an alias bomb': `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}]`)
      .join('\n')}\n`,
    'deep nesting': '['.repeat(50_000),
    'deep indentation': Array.from({ length: 3_000 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'),
    'one long line': `a: ${'x'.repeat(3_000_000)}\n`,
    'NUL and lone surrogates': 'a: \u0000\ud800\nb: \udc00\n',
    'conflict markers': `<<<<<<< ours\n${pod}=======\n${pod}>>>>>>> theirs\n`,
    'prototype keys': '__proto__: {privileged: true}\nconstructor: {prototype: {}}\ntoString: 1\n',
    nothing: '',
    'only separators': '---\n'.repeat(2_000),
    'a text beyond the limit': '# x\n'.repeat(3_000_000),
  };
  for (const [name, text] of Object.entries(texts)) {
    for (const [file, language] of [
      ['a.yaml', 'yaml'],
      ['Dockerfile', 'dockerfile'],
      ['a.ts', 'typescript'],
      ['package.json', 'json'],
    ] as const) {
      test(`${name} as ${file}`, async () => {
        const uri = uriOf(`${place.folder}/${++files}/${file}`);
        client.open(uri, language, text);
        await client.diagnostics(uri, 1);
        client.change(uri, 2, [
          { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: ' ' },
        ]);
        await client.diagnostics(uri, 2);
        client.close(uri);
        await isAlive();
      });
    }
  }
});

test('a client that goes away without a word takes the server with it', async () => {
  const client = await startClient();
  const gone = new Promise((resolve) => client.process.once('exit', resolve));
  client.process.stdin.end();
  await gone;
});

test('without a way to speak, the server says how', async () => {
  const { spawnSync } = await import('node:child_process');
  const done = spawnSync(process.execPath, ['server/main.ts'], { encoding: 'utf8' });
  assert.equal(done.status, 2);
  assert.match(done.stderr, /--stdio/);
});
