// What is shown of files that are not open, after a check of the workspace: it stays true while files change, come and go.
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { WorkspaceDiagnosticReport } from 'vscode-languageserver';
import { createRepository } from '../workTree.ts';
import { fullCapabilities, startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod } from './texts.ts';

const watching = {
  ...fullCapabilities,
  workspace: {
    ...fullCapabilities.workspace,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
  },
};
const pulling = {
  ...fullCapabilities,
  textDocument: { ...fullCapabilities.textDocument, diagnostic: { dynamicRegistration: false } },
};

/** URIs as VS Code spells them and as Node does are one file. */
function shownIn(client: TestClient, file: string): number | undefined {
  return client.published.findLast(({ uri }) => decodeURIComponent(uri) === `file://${file}`)?.diagnostics.length;
}

const settled = (client: TestClient, file: string, has: boolean): Promise<void> =>
  client.until(`${has ? 'findings' : 'nothing'} of ${file}`, () => {
    const count = shownIn(client, file);
    return has ? (count ?? 0) > 0 : count === 0;
  });

describe('after a check of the workspace', () => {
  test('a file that is deleted, renamed or changed outside the editor shows what is there now', async (context) => {
    const tree = createRepository(context, {
      '.gitignore': 'built/\n',
      'gone.yaml': pod,
      'folder/below/a.yaml': pod,
      'old.yaml': pod,
      'mended.yaml': pod,
      'clean.yaml': 'a: 1\n',
      'stays.yaml': pod,
    });
    const at = (name: string): string => path.join(tree.root, name);
    const client = await startClient({ folders: [tree.root], capabilities: watching });
    await client.request('kerb/checkWorkspace', {});
    await client.until('a watch of all files', () =>
      client.received.some(
        ({ method, params }) => /registerCapability/.test(method) && /\*\*\/\*/.test(JSON.stringify(params)),
      ),
    );
    for (const name of ['gone.yaml', 'folder/below/a.yaml', 'old.yaml', 'mended.yaml', 'stays.yaml'])
      assert.ok((shownIn(client, at(name)) ?? 0) > 0, name);
    rmSync(at('gone.yaml'));
    rmSync(at('folder'), { recursive: true });
    renameSync(at('old.yaml'), at('new [1] +.yaml'));
    writeFileSync(at('mended.yaml'), 'a: 1\n');
    writeFileSync(at('clean.yaml'), pod);
    mkdirSync(at('built'));
    writeFileSync(at('built/out.yaml'), pod);
    const from = client.published.length;
    const names = ['gone.yaml', 'folder', 'old.yaml', 'new [1] +.yaml', 'mended.yaml', 'clean.yaml', 'built/out.yaml'];
    client.notify('workspace/didChangeWatchedFiles', {
      changes: names.map((name) => ({ uri: uriOf(at(name)), type: 2 })),
    });
    for (const name of ['gone.yaml', 'folder/below/a.yaml', 'old.yaml', 'mended.yaml'])
      await settled(client, at(name), false);
    for (const name of ['new [1] +.yaml', 'clean.yaml']) await settled(client, at(name), true);
    const later = client.published.slice(from).map(({ uri }) => decodeURIComponent(uri));
    assert.ok(!later.some((uri) => uri.endsWith('built/out.yaml') || uri.endsWith('stays.yaml')), later.join());
    await client.stop();
  });

  test('so it is for a client that watches nothing', async () => {
    const { folder, remove } = folderWith({ 'gone.yaml': pod, 'mended.yaml': pod });
    const client = await startClient({ folders: [folder] });
    await client.request('kerb/checkWorkspace', {});
    // The watch begins within moments, and tells of nothing that was before: each file is touched until it is heard of.
    const touch = setInterval(() => writeFileSync(`${folder}/mended.yaml`, 'a: 1\n'), 100);
    await settled(client, `${folder}/mended.yaml`, false);
    clearInterval(touch);
    rmSync(`${folder}/gone.yaml`);
    await settled(client, `${folder}/gone.yaml`, false);
    await client.stop();
    remove();
  });

  test('a policy that is switched off is gone from closed files too', async () => {
    const { folder, remove } = folderWith({ 'kerb.yaml': '', 'a.yaml': pod });
    const client = await startClient({ folders: [folder] });
    await client.request('kerb/checkWorkspace', {});
    const before = shownIn(client, `${folder}/a.yaml`) ?? 0;
    writeFileSync(`${folder}/kerb.yaml`, 'policies:\n  kubernetes/privileged: { enforcement: off }\n');
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(`${folder}/kerb.yaml`), type: 2 }] });
    await client.until('one finding less', () => shownIn(client, `${folder}/a.yaml`) === before - 1);
    await client.stop();
    remove();
  });

  test('a folder that leaves the workspace takes its findings with it, however its URI is spelled', async () => {
    const { folder, remove } = folderWith({
      'c++/kerb.yaml': 'policies:\n  nonsense: 5\n',
      'c++/a.yaml': pod,
      'other/a.yaml': pod,
    });
    const client = await startClient({ folders: [`${folder}/c++`, `${folder}/other`] });
    await client.request('kerb/checkWorkspace', {});
    for (const name of ['c++/kerb.yaml', 'c++/a.yaml', 'other/a.yaml'])
      await settled(client, `${folder}/${name}`, true);
    const removed = [
      { uri: `file://${folder}/c%2B%2B`, name: 'c' },
      { uri: `file://${folder}/other/`, name: 'other' },
    ];
    client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [], removed } });
    for (const name of ['c++/kerb.yaml', 'c++/a.yaml', 'other/a.yaml'])
      await settled(client, `${folder}/${name}`, false);
    await client.stop();
    remove();
  });

  test("a closed file's findings leave an open one's alone where the client escapes more of its path", async () => {
    const { folder, remove } = folderWith({ 'c++/a.yaml': pod });
    const uri = `file://${folder}/c%2B%2B/a.yaml`;
    const client = await startClient({ folders: [`${folder}/c++`] });
    await client.request('kerb/checkWorkspace', {});
    client.open(uri, 'yaml', 'a: 1\n');
    assert.deepEqual(await client.diagnostics(uri, 1), []);
    rmSync(`${folder}/c++/a.yaml`);
    writeFileSync(`${folder}/c++/a.yaml`, pod);
    const from = client.published.length;
    await client.request('kerb/checkWorkspace', {});
    assert.deepEqual(client.published.slice(from), []);
    client.close(uri);
    await settled(client, `${folder}/c++/a.yaml`, true);
    await client.stop();
    remove();
  });
});

describe('by pull', () => {
  test('of the workspace, a file that is gone is told to have nothing, and one whose URI is spelled otherwise is unchanged', async () => {
    const { folder, remove } = folderWith({ 'gone.yaml': pod, 'c++.yaml': pod });
    const client = await startClient({ folders: [folder], capabilities: pulling });
    const pull = (previousResultIds: object[]) =>
      client.request<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds });
    const first = await pull([]);
    const previous = first.items.map(({ uri, resultId }) => ({ uri: uri.replaceAll('+', '%2B'), value: resultId }));
    rmSync(`${folder}/gone.yaml`);
    const { items } = await pull(previous);
    const gone = items.find(({ uri }) => uri.endsWith('gone.yaml'));
    assert.ok(gone?.kind === 'full' && gone.items.length === 0 && gone.version === null);
    assert.deepEqual(
      items.filter(({ uri }) => uri.endsWith('++.yaml')).map(({ kind }) => kind),
      ['unchanged'],
    );
    await client.stop();
    remove();
  });

  test('of a document that is not open: what is in its file', async () => {
    const { folder, remove } = folderWith({ 'a.yaml': pod });
    const client = await startClient({ folders: [folder], capabilities: pulling });
    const pull = (name: string) =>
      client.request<{ items: unknown[] }>('textDocument/diagnostic', {
        textDocument: { uri: uriOf(`${folder}/${name}`) },
      });
    assert.ok((await pull('a.yaml')).items.length > 0);
    assert.deepEqual((await pull('none.yaml')).items, []);
    await client.stop();
    remove();
  });
});

test('who is initialized already is not initialized again', async () => {
  const client = await startClient();
  await assert.rejects(client.request('initialize', { processId: null, rootUri: null, capabilities: {} }), {
    code: -32600,
  });
  await client.stop();
});
