// Diagnostics by pull: of a document, of the workspace, with progress, partial results and cancellation.
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import type {
  DocumentDiagnosticReport,
  FullDocumentDiagnosticReport,
  WorkspaceDiagnosticReport,
} from 'vscode-languageserver';
import { fullCapabilities, startClient, uriOf } from './client.ts';
import { folderWith, pod, workflow } from './texts.ts';

const pulling = {
  ...fullCapabilities,
  textDocument: { ...fullCapabilities.textDocument, diagnostic: { dynamicRegistration: false } },
  workspace: { ...fullCapabilities.workspace, diagnostics: { refreshSupport: true } },
};

describe('diagnostics by pull', () => {
  test('are the pushed ones; an unchanged report is short; nothing is shown twice', async () => {
    const { folder, remove } = folderWith();
    const client = await startClient({ folders: [folder], capabilities: pulling });
    assert.ok(client.initialized.capabilities.diagnosticProvider);
    const uri = uriOf(`${folder}/pod.yaml`);
    client.open(uri, 'yaml', pod);
    const pushed = await client.diagnostics(uri, 1);
    const first = await client.request<FullDocumentDiagnosticReport>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    assert.deepEqual(first.items, pushed);
    assert.deepEqual(client.published.at(-1)?.diagnostics, [], 'what was pushed is taken back');
    const again = await client.request<DocumentDiagnosticReport>('textDocument/diagnostic', {
      textDocument: { uri },
      previousResultId: first.resultId,
    });
    assert.deepEqual(again, { kind: 'unchanged', resultId: first.resultId });
    const from = client.published.length;
    client.change(uri, 2, [{ text: pod.replace('privileged: true', 'privileged: false') }]);
    const next = await client.request<FullDocumentDiagnosticReport>('textDocument/diagnostic', {
      textDocument: { uri },
      previousResultId: first.resultId,
    });
    assert.equal(next.items.length, first.items.length - 1);
    assert.equal(client.published.length, from, 'a client that pulls is not pushed to');
    await client.stop();
    remove();
  });

  test('answer a client that only takes pushes, which goes on being pushed to', async () => {
    const { folder, remove } = folderWith();
    const client = await startClient({ folders: [folder] });
    const uri = uriOf(`${folder}/pod.yaml`);
    client.open(uri, 'yaml', pod);
    const report = await client.request<FullDocumentDiagnosticReport>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    assert.deepEqual(report.items, await client.diagnostics(uri, 1));
    client.change(uri, 2, [{ text: `${pod}\n` }]);
    await client.diagnostics(uri, 2);
    await client.stop();
    remove();
  });

  const files = Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [
      `deploy/pod-${index}.yaml`,
      pod.replace('name: web', `name: web-${index}`),
    ]),
  );

  test('of the workspace: closed files and open ones, in parts, with progress, and unchanged the second time', async () => {
    const { folder, remove } = folderWith({ ...files, '.github/workflows/a.yml': workflow });
    const client = await startClient({ folders: [folder], capabilities: pulling });
    const open = uriOf(`${folder}/deploy/pod-0.yaml`);
    client.open(open, 'yaml', 'a: 1\n', 3);
    const whole = await client.request<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds: [] });
    assert.equal(whole.items.length, 151);
    const report = whole.items.find(({ uri }) => uri === open);
    assert.ok(report?.kind === 'full' && report.items.length === 0 && report.version === 3, 'unsaved text counts');
    const params = {
      previousResultIds: whole.items.map(({ uri, resultId }) => ({ uri, value: resultId })),
      partialResultToken: 'part',
      workDoneToken: 'work',
    };
    const second = await client.request<WorkspaceDiagnosticReport>('workspace/diagnostic', params);
    assert.deepEqual(second.items, []);
    const progress = client.received
      .filter(({ method }) => method === '$/progress')
      .map(({ params: told }) => told as { token: string; value: { kind?: string; items?: { kind: string }[] } });
    const parts = progress.filter(({ token }) => token === 'part').flatMap(({ value }) => value.items ?? []);
    assert.equal(parts.length, 151);
    assert.ok(parts.every(({ kind }) => kind === 'unchanged'));
    const kinds = progress.filter(({ token }) => token === 'work').map(({ value }) => value.kind);
    assert.deepEqual([kinds[0], kinds.at(-1)], ['begin', 'end']);
    await client.stop();
    remove();
  });

  test('of the workspace, cancelled: it ends early, and the server goes on', async () => {
    const { folder, remove } = folderWith(files);
    const client = await startClient({ folders: [folder], capabilities: pulling });
    const { id, answer } = client.begin<WorkspaceDiagnosticReport>('workspace/diagnostic', {
      previousResultIds: [],
      partialResultToken: 'part',
    });
    const outcome = answer.then(
      (report) => report.items.length,
      (error: { code: number }) => error.code,
    );
    await client.until('a first part', () => client.received.some(({ method }) => method === '$/progress'));
    client.notify('$/cancelRequest', { id });
    await outcome;
    const parts = client.received
      .filter(({ method }) => method === '$/progress')
      .flatMap(({ params }) => (params as { value: { items: unknown[] } }).value.items);
    assert.ok(parts.length < 150, `${parts.length} files were judged all the same`);
    const uri = uriOf(path.join(folder, 'deploy/pod-1.yaml'));
    client.open(uri, 'yaml', pod);
    await client.request('textDocument/diagnostic', { textDocument: { uri } });
    await client.stop();
    remove();
  });
});

test('what is not judged is told to whoever asks for a check, and not at each pull', async () => {
  const { folder, remove } = folderWith({ 'a.yaml': pod, [`${'d/'.repeat(102)}b.yaml`]: pod });
  const client = await startClient({ folders: [folder], capabilities: pulling });
  const told = (method: string) =>
    client.received.filter((each) => each.method === method && /too deep/.test(JSON.stringify(each.params))).length;
  await client.request<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds: [] });
  assert.deepEqual([told('window/showMessageRequest'), told('window/logMessage')], [0, 1]);
  await client.request('kerb/checkWorkspace', {});
  assert.deepEqual([told('window/showMessageRequest'), told('window/logMessage')], [1, 1]);
  await client.stop();
  remove();
});

test('checking the workspace pushes what is found in closed files', async () => {
  const { folder, remove } = folderWith({ 'a.yaml': pod, 'b.txt': 'nothing\n', '.github/workflows/a.yml': workflow });
  const client = await startClient({ folders: [folder] });
  const result = await client.request<{ files: number; findings: number; cancelled: boolean }>(
    'kerb/checkWorkspace',
    {},
  );
  assert.equal(result.files, 3);
  const pushed = client.published.filter(({ diagnostics }) => diagnostics.length > 0);
  assert.deepEqual(pushed.map(({ uri }) => uri).sort(), [
    uriOf(`${folder}/.github/workflows/a.yml`),
    uriOf(`${folder}/a.yaml`),
  ]);
  assert.equal(
    result.findings,
    pushed.reduce((sum, { diagnostics }) => sum + diagnostics.length, 0),
  );
  const uri = uriOf(`${folder}/a.yaml`);
  client.open(uri, 'yaml', 'a: 1\n', 1);
  assert.deepEqual(await client.diagnostics(uri, 1), []);
  const from = client.published.length;
  client.close(uri);
  await client.until('the findings of the file on disk', () =>
    client.published.slice(from).some((params) => params.uri === uri && params.diagnostics.length > 0),
  );
  await client.stop();
  remove();
});
