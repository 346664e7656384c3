// A policy about what the cursor is on, over LSP: offered, named, and made by the client.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ApplyWorkspaceEditParams, CodeAction } from 'vscode-languageserver';
import type { WritePolicyResult } from '../../server/protocol.ts';
import { fullCapabilities, startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod } from './texts.ts';

const makesFiles = {
  ...fullCapabilities,
  workspace: {
    ...fullCapabilities.workspace,
    workspaceEdit: { documentChanges: true, resourceOperations: ['create'] },
  },
};

describe('a policy about what the cursor is on', () => {
  const place = folderWith({ 'web.yaml': pod, 'kerb.yaml': 'policies: {}', 'policies/team/taken.yaml': 'title: x\n' });
  const uri = uriOf(`${place.folder}/web.yaml`);
  let client: TestClient;
  before(async () => {
    client = await startClient({ folders: [place.folder], capabilities: makesFiles });
    client.open(uri, 'yaml', pod);
    await client.diagnostics(uri, 1);
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  const actions = (line: number, character: number, context: object): Promise<readonly CodeAction[]> =>
    client.request('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line, character }, end: { line, character } },
      context: { diagnostics: [], ...context },
    });
  const write = (command: object): Promise<WritePolicyResult> =>
    client.request('workspace/executeCommand', { command: 'kerb.server.writePolicy', arguments: [command] });

  test('is offered to a person who opens the menu, and not at every move of the cursor', async () => {
    const [action] = await actions(6, 16, { only: ['refactor'], triggerKind: 1 });
    assert.equal(action?.title, 'Write a policy about hostNetwork…');
    const [offer] = action.command?.arguments ?? [];
    assert.deepEqual(offer, { uri, line: 6, character: 16, suggested: 'team/host-network' });
    const automatic = await actions(6, 16, { triggerKind: 2 });
    assert.ok(automatic.every(({ title }) => !title.startsWith('Write a policy')));
  });

  test('is made as two files, and the configuration hears of their folder', async () => {
    await write({ uri, line: 6, character: 16, id: 'team/network' });
    const asked = client.received.find(({ method }) => method === 'workspace/applyEdit');
    assert.ok(asked);
    const { edit } = asked.params as ApplyWorkspaceEditParams;
    const changes = (edit.documentChanges ?? []).map((change) =>
      'kind' in change ? [change.kind, 'uri' in change ? change.uri : ''] : [change.textDocument.uri, change.edits],
    );
    const policy = uriOf(`${place.folder}/policies/team/network.yaml`);
    const page = uriOf(`${place.folder}/policies/team/network.md`);
    assert.deepEqual(
      changes.map(([what]) => what),
      ['create', policy, 'create', page, uriOf(`${place.folder}/kerb.yaml`)],
    );
    const end = { line: 0, character: 12 };
    assert.deepEqual(changes[4]?.[1], [{ range: { start: end, end }, newText: '\npolicyFolders: [policies]\n' }]);
    assert.match(JSON.stringify(changes[1]), /require: self.\?hostNetwork.orValue\(false\) != true/);
    assert.match(JSON.stringify(changes[3]), /\^\^\^\^ hostNetwork is true/);
  });

  test('an empty list of folders in the configuration is filled, and not written a second time', async () => {
    const configuration = uriOf(`${place.folder}/kerb.yaml`);
    client.open(configuration, 'yaml', 'sets: [all]\r\npolicyFolders: []  # none yet\r\n');
    client.received.length = 0;
    await write({ uri, line: 6, character: 16, id: 'team/other' });
    const asked = client.received.find(({ method }) => method === 'workspace/applyEdit');
    assert.ok(asked);
    const { edit } = asked.params as ApplyWorkspaceEditParams;
    const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 17 } };
    assert.deepEqual(edit.documentChanges?.at(-1), {
      textDocument: { uri: configuration, version: null },
      edits: [{ range, newText: 'policyFolders: [policies]' }],
    });
  });

  test('is not made over another one, nor about nothing, nor by an id that is none', async () => {
    const taken = await write({ uri, line: 6, character: 16, id: 'team/taken' });
    assert.deepEqual(taken, { kind: 'notWritten', message: 'policies/team/taken.yaml exists already.' });
    const nothing = await write({ uri: uriOf(`${place.folder}/kerb.yaml`), line: 0, character: 0 });
    assert.equal(nothing.kind, 'notWritten');
    await assert.rejects(write({ uri, line: 6, character: 16, id: '../../up/x' }));
  });
});
