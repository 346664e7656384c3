// Writing a policy through LSP: a half-typed file is completed, explained, renamed and coloured.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type {
  CodeAction,
  CompletionItem,
  FoldingRange,
  Hover,
  Location,
  MarkupContent,
  RegistrationParams,
  SemanticTokens,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CasesAnswer, CoverageAnswer, MutationAnswer } from '../../server/protocol.ts';
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

  test('what can only come out one way is a warning at its exact place', async () => {
    const text = policy.replace('size(self.ports) <= params.most', "self.name == 'a' && self.name == 'b'");
    await show(`${text}‸`);
    const [shown] = await client.diagnostics(uri, version);
    assert.deepEqual(shown?.range, { start: { line: 8, character: 10 }, end: { line: 8, character: 46 } });
    assert.equal(shown?.severity, 2);
    assert.equal(shown?.message, 'this is never true: one value cannot be both');
  });

  test('an unknown field is underlined with a suggestion', async () => {
    const text = policy.replace('self.ports', 'self.port');
    await show(`${text}‸`);
    const [found] = await client.diagnostics(uri, version);
    assert.match(String(found?.message), /has no field "port".*did you mean "ports"/);
    assert.deepEqual(found?.range, { start: { line: 8, character: 20 }, end: { line: 8, character: 24 } });
  });

  test('what YAML cannot read is told once, as an error of the policy', async () => {
    for (const [wrong, place] of [
      ['severity low', { line: 1, character: 0 }],
      ['severity: low\n severity: low', { line: 1, character: 10 }],
      ['severity: low\nseverity: low', { line: 2, character: 0 }],
    ] as const) {
      await show(`${policy.replace('severity: low', wrong)}‸`);
      const shown = await client.diagnostics(uri, version);
      assert.deepEqual(
        shown.map(({ code, severity, range }) => [code, severity, range.start]),
        [['kerb/policy', 1, place]],
      );
    }
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

  test('cases follow both texts, unsaved, and a case that is drawn otherwise offers its drawing', async () => {
    const pageUri = uriOf(`${place.folder}/rules/team/ports.md`);
    const block = (ports: string, drawing: string): string =>
      [
        '```yaml pod.yaml',
        'apiVersion: v1',
        'kind: Pod',
        'metadata: { name: a }',
        'spec:',
        '  containers:',
        `    - { name: a, image: b, ports: ${ports} }`,
        drawing,
        '```',
        '',
      ]
        .join('\n')
        .replace('\n\n', '\n');
    const four = '[{ containerPort: 1 }, { containerPort: 2 }, { containerPort: 3 }, { containerPort: 4 }]';
    const page = block(four, '') + block('[]', '');
    client.open(pageUri, 'markdown', page, 1);
    await show(`${policy}‸`);
    const answer = await client.request<CasesAnswer>('kerb/cases', { uri });
    assert.deepEqual(
      [answer.id, answer.page, answer.cases.map(({ outcome }) => outcome)],
      ['team/ports', pageUri, ['failed', 'passed']],
    );
    assert.match(answer.cases[0]?.drawn ?? '', /a has more than 3 ports/);
    const [action] = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: pageUri },
      range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } },
      context: { diagnostics: [] },
    });
    const [edit] = action?.edit?.changes?.[pageUri] ?? [];
    assert.deepEqual(edit?.range, { start: { line: 1, character: 0 }, end: { line: 7, character: 0 } });
    client.change(pageUri, 2, [{ range: edit?.range, text: edit?.newText }]);
    const again = await client.request<CasesAnswer>('kerb/cases', { uri: pageUri });
    assert.deepEqual(
      again.cases.map(({ outcome }) => outcome),
      ['passed', 'passed'],
    );
    assert.deepEqual(again.faults, []);
    client.change(pageUri, 3, [{ text: block('[]', '') }]);
    assert.match(
      (await client.request<CasesAnswer>('kerb/cases', { uri: pageUri })).faults.join(),
      /^no case has a finding/,
    );
    client.change(pageUri, 4, [{ text: page }]);
    const covered = await client.request<CoverageAnswer>('kerb/coverage', { uri });
    assert.deepEqual(
      covered.parts.map(({ trueCount, falseCount }) => [trueCount, falseCount]),
      [[1, 1]],
    );
    assert.equal(covered.parts[0]?.start.line, 8);
    await show(`${policy.replace('size', 'siz')}‸`);
    const broken = await client.request<CasesAnswer>('kerb/cases', { uri });
    assert.match(broken.problem, /unknown function "siz"/);
    assert.deepEqual(
      broken.cases.map(({ outcome, written, drawn }) => [outcome, written === drawn]),
      broken.cases.map(() => ['failed', true]),
    );
    await show('title: [‸');
    assert.notEqual((await client.request<CasesAnswer>('kerb/cases', { uri })).problem, '');
  });

  test('a mistake that no case notices is told with an input that would show it', async () => {
    const page = uriOf(`${place.folder}/rules/team/ports.md`);
    await show(`${policy.replace('"size', `"self.name != 'a' || size`)}‸`);
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - { name: a, ports: [1, 2, 3, 4] }\n';
    client.open(page, 'markdown', `\`\`\`yaml pod.yaml\n${pod}\`\`\`\n`);
    const drawn = await client.request<CasesAnswer>('kerb/cases', { uri: page });
    const problem = await client.request<MutationAnswer>('kerb/mutate', { uri });
    assert.deepEqual(problem.outcome, {
      kind: 'problem',
      message: 'a case fails as it is: what fails proves nothing',
    });
    client.change(page, 2, [{ text: `\`\`\`yaml pod.yaml\n${drawn.cases[0]?.drawn}\n\`\`\`\n` }]);
    const { id, policy: of, outcome } = await client.request<MutationAnswer>('kerb/mutate', { uri: page });
    assert.deepEqual([id, of], ['team/ports', uri]);
    assert.equal(outcome.kind, 'tried', JSON.stringify(outcome));
    const { mutants, survivors } = outcome as Extract<MutationAnswer['outcome'], { kind: 'tried' }>;
    assert.ok(mutants > survivors.length && survivors.length > 0, `${mutants}, ${survivors.length}`);
    const shown = survivors.find(({ witness }) => witness !== null);
    assert.equal(shown?.start.line, 8);
    assert.match(shown.witness?.text ?? '', /^apiVersion: v1\n/);
    assert.equal(await client.request('kerb/mutate', { uri: uriOf(`${place.folder}/kerb.yaml`) }), null);
    const begun = client.begin<MutationAnswer>('kerb/mutate', { uri });
    client.notify('$/cancelRequest', { id: begun.id });
    assert.equal((await begun.answer).outcome.kind, 'cancelled');
    client.close(page);
  });

  test('CEL is formatted where the policy says the same afterwards, all of it or a stretch', async () => {
    const text = policy.replace('size(self.ports) <= params.most', 'size( self.ports )<=params.most');
    await show(`${text}‸`);
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await client.request<TextEdit[]>('textDocument/formatting', { textDocument: { uri }, options });
    assert.equal(TextDocument.applyEdits(TextDocument.create(uri, 'yaml', 1, text), edits), policy);
    const range = { start: { line: 0, character: 0 }, end: { line: 8, character: 0 } };
    const none = await client.request('textDocument/rangeFormatting', { textDocument: { uri }, options, range });
    assert.deepEqual(none, []);
    const folds = await client.request<FoldingRange[]>('textDocument/foldingRange', { textDocument: { uri } });
    assert.deepEqual(folds, [{ startLine: 6, endLine: 7 }]);
  });

  test('what is no policy is not formatted, and who can be told is told so', async () => {
    const other = uriOf(`${place.folder}/unformatted.yaml`);
    client.open(other, 'yaml', 'require: a==b\n', 1);
    const options = { tabSize: 2, insertSpaces: true };
    assert.equal(await client.request('textDocument/formatting', { textDocument: { uri: other }, options }), null);
    assert.equal(await client.request('textDocument/foldingRange', { textDocument: { uri: other } }), null);
    client.close(other);
    const dynamic = { dynamicRegistration: true };
    const textDocument = { formatting: dynamic, rangeFormatting: dynamic, foldingRange: dynamic };
    const capabilities = { workspace: { workspaceFolders: true }, textDocument };
    const told = await startClient({ folders: [place.folder], capabilities });
    const registrations = () =>
      told.received
        .filter(({ method }) => method === 'client/registerCapability')
        .flatMap(({ params }) => (params as RegistrationParams).registrations)
        .filter(({ method }) => /ormatting|folding/.test(method));
    try {
      assert.equal(told.initialized.capabilities.documentFormattingProvider, undefined);
      told.open(uri, 'yaml', policy);
      await told.until('three registrations', () => registrations().length === 3);
      const name = place.folder.split('/').slice(-2).join('/');
      for (const { registerOptions } of registrations())
        assert.deepEqual(registerOptions.documentSelector, [
          { scheme: 'file', pattern: `**/${name}/rules/**/*.{yaml,yml}` },
        ]);
      told.close(uri);
      const removed = [{ uri: uriOf(place.folder), name: 'policies' }];
      told.notify('workspace/didChangeWorkspaceFolders', { event: { added: [], removed } });
      const taken = () => told.received.filter(({ method }) => method === 'client/unregisterCapability').length;
      await told.until('three that are taken back', () => taken() === 3);
    } finally {
      await told.stop();
    }
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
