// Writing a policy through LSP: a half-typed file is completed, explained, renamed and coloured.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type {
  CompletionItem,
  Hover,
  Location,
  MarkupContent,
  SemanticTokens,
  SignatureHelp,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { startClient, type TestClient, uriOf } from './client.ts';
import { folderWith } from './texts.ts';

const policy = `title: Few ports
severity: low
why: Because.
remedy: Close some.
owners: [tests]
resource: kubernetes.container
parameters:
  most: { type: int, default: 3, description: How many. }
require: "size(self.ports) <= params.most"
message: "{self.name} has more than {params.most} ports"
`;

describe('writing a policy', () => {
  const place = folderWith({ 'kerb.yaml': 'policyFolders: [rules]\n', 'rules/team/ports.yaml': policy });
  const uri = uriOf(`${place.folder}/rules/team/ports.yaml`);
  let client: TestClient;
  let version = 0;
  before(async () => {
    client = await startClient({ folders: [place.folder] });
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  /** Shows a text to the server and answers the position of its `‸`, which is taken out. */
  const show = async (marked: string): Promise<object> => {
    const offset = marked.indexOf('‸');
    const text = marked.replace('‸', '');
    if (version++ === 0) client.open(uri, 'yaml', text, version);
    else client.change(uri, version, [{ text }]);
    await client.diagnostics(uri, version);
    const before = text.slice(0, offset).split('\n');
    return {
      textDocument: { uri },
      position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
    };
  };
  const complete = async (marked: string): Promise<readonly CompletionItem[]> =>
    client.request('textDocument/completion', await show(marked));

  test('an unknown field is underlined with a suggestion', async () => {
    const text = policy.replace('self.ports', 'self.port');
    await show(`${text}‸`);
    const [found] = await client.diagnostics(uri, version);
    assert.match(String(found?.message), /has no field "port".*did you mean "ports"/);
    assert.deepEqual(found?.range, { start: { line: 8, character: 20 }, end: { line: 8, character: 24 } });
  });

  test('fields of a container, keys of the file, values', async () => {
    const fields = await complete(policy.replace('self.ports', 'self.‸'));
    assert.ok(fields.some(({ label, detail }) => label === 'securityContext' && detail === 'SecurityContext'));
    const keys = await complete(`${policy}ma‸`);
    assert.deepEqual(
      keys.map(({ label }) => label).filter((label) => label.startsWith('ma')),
      ['mark', 'masks'],
    );
    const values = await complete(policy.replace('severity: low', 'severity: ‸'));
    assert.ok(values.some(({ label }) => label === 'critical'));
  });

  test('hover and signature help', async () => {
    const hover = await client.request<Hover>(
      'textDocument/hover',
      await show(policy.replace('self.ports', 'self.po‸rts')),
    );
    assert.match((hover.contents as MarkupContent).value, /self\.ports: list\(ContainerPort\)/);
    const help = await client.request<SignatureHelp>(
      'textDocument/signatureHelp',
      await show(policy.replace('self.ports', '‸self.ports')),
    );
    assert.match(help.signatures.map(({ label }) => label).join(), /size\(list/);
  });

  test('a parameter is found and renamed everywhere', async () => {
    const params = await show(policy.replace('params.most"', 'params.mo‸st"'));
    const declared = await client.request<Location>('textDocument/definition', params);
    assert.deepEqual(declared.range.start, { line: 7, character: 2 });
    const all = await client.request<Location[]>('textDocument/references', {
      ...params,
      context: { includeDeclaration: true },
    });
    assert.deepEqual(
      all.map(({ range }) => range.start.line),
      [7, 8, 9],
    );
    const edit = await client.request<WorkspaceEdit>('textDocument/rename', { ...params, newName: 'limit' });
    assert.equal(edit.changes?.[uri]?.length, 3);
    await assert.rejects(client.request('textDocument/rename', { ...params, newName: 'no name' }), /letters, digits/);
  });

  test('colours are in order and within the text', async () => {
    await show(`${policy}‸`);
    const { data } = await client.request<SemanticTokens>('textDocument/semanticTokens/full', {
      textDocument: { uri },
    });
    assert.ok(data.length >= 5 * 8 && data.length % 5 === 0);
    assert.ok(data.every((number) => number >= 0));
  });

  test('garbage in a policy leaves other files as they are', async () => {
    const other = uriOf(`${place.folder}/other.yaml`);
    client.open(other, 'yaml', 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  hostNetwork: true\n', 1);
    const before = await client.diagnostics(other, 1);
    await show('require: "self.{{{ [‸\n\t- : ]');
    client.change(other, 2, [
      { text: 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  hostNetwork: true\n' },
    ]);
    assert.deepEqual(await client.diagnostics(other, 2), before);
    assert.ok(before.length > 0);
  });
});
