// Hover, code actions, commands and the messages beyond LSP.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CodeAction, Diagnostic, Hover, MarkupContent, TextEdit } from 'vscode-languageserver';
import { actionKinds } from '../../server/protocol.ts';
import { fullCapabilities, startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod, privilegedRange, workflow } from './texts.ts';

const privileged = 'kubernetes/privileged';

describe('what can be done about a finding', () => {
  const place = folderWith();
  let client: TestClient;
  let version = 0;
  before(async () => {
    client = await startClient({ folders: [place.folder] });
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  const openText = async (
    name: string,
    language: string,
    text: string,
  ): Promise<{ uri: string; diagnostics: Diagnostic[] }> => {
    const uri = uriOf(`${place.folder}/${name}`);
    client.open(uri, language, text, ++version);
    return { uri, diagnostics: await client.diagnostics(uri, version) };
  };
  const actionsAt = (uri: string, range: object, only?: string[]): Promise<CodeAction[]> =>
    client.request('textDocument/codeAction', {
      textDocument: { uri },
      range,
      context: { diagnostics: [], ...(only ? { only } : {}) },
    });
  const resolved = async (action: CodeAction | undefined): Promise<TextEdit[]> => {
    assert.ok(action, 'the action is not offered');
    const { edit } = await client.request<CodeAction>('codeAction/resolve', action);
    const [change] = edit?.documentChanges ?? [];
    assert.ok(change && 'edits' in change, 'it has no edit');
    return change.edits as TextEdit[];
  };
  /** Applies a chosen action to the text, shows the result to the server, and answers text and diagnostics. */
  const apply = async (
    uri: string,
    text: string,
    action: CodeAction | undefined,
  ): Promise<{ text: string; diagnostics: Diagnostic[] }> => {
    const edits = await resolved(action);
    client.change(uri, ++version, edits.map(({ range, newText }) => ({ range, text: newText })).reverse());
    return { text: applied(text, edits), diagnostics: await client.diagnostics(uri, version) };
  };
  const has = (diagnostics: readonly Diagnostic[], code: string): boolean =>
    diagnostics.some((each) => each.code === code);

  test('hovering tells why, remedy, owner, controls, an example and the page', async () => {
    const { uri } = await openText('hover.yaml', 'yaml', pod);
    const hover = await client.request<Hover>('textDocument/hover', {
      textDocument: { uri },
      position: privilegedRange.start,
    });
    const { value } = hover.contents as MarkupContent;
    for (const part of ['*Remedy:*', 'owner ', 'PSS/baseline', '```yaml', '^^^^', '.md)'])
      assert.ok(value.includes(part), value);
    assert.deepEqual(hover.range, privilegedRange);
    assert.equal(
      await client.request('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 0 } }),
      null,
    );
  });

  test('a fix is preferred where it is safe, and does what it says', async () => {
    const { uri } = await openText('fix.yaml', 'yaml', pod);
    const action = (await actionsAt(uri, privilegedRange)).find(({ isPreferred }) => isPreferred);
    assert.equal(action?.edit, undefined, 'its edit is worked out when it is chosen');
    const after = await apply(uri, pod, action);
    assert.ok(!after.text.includes('privileged:'));
    assert.ok(!has(after.diagnostics, privileged));
  });

  test('all findings of one policy in a file, and all safe fixes', async () => {
    const twice = `${pod}---\n${pod.replace('name: web', 'name: other')}`;
    const { uri } = await openText('all.yaml', 'yaml', twice);
    const all = (await actionsAt(uri, privilegedRange)).find(({ title }) =>
      title.startsWith(`Fix all of ${privileged}`),
    );
    const after = await apply(uri, twice, all);
    assert.ok(!after.text.includes('privileged: true'));
    assert.ok(after.text.includes('hostNetwork: true'));
    const whole = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const again = await openText('source.yaml', 'yaml', twice);
    const actions = await actionsAt(again.uri, whole, ['source.fixAll']);
    assert.deepEqual(
      actions.map(({ kind }) => kind),
      ['source.fixAll.kerb'],
    );
    assert.ok(!has((await apply(again.uri, twice, actions[0])).diagnostics, privileged));
    assert.deepEqual(await actionsAt(again.uri, whole, ['refactor']), []);
  });

  test('what a client offers in a menu of its own can be asked for by its kind', async () => {
    const { uri } = await openText('kinds.yaml', 'yaml', pod);
    const suppressions = await actionsAt(uri, privilegedRange, [actionKinds.suppress]);
    assert.ok(suppressions.length > 0 && suppressions.every(({ kind }) => kind === actionKinds.suppress));
    assert.deepEqual(await actionsAt(uri, privilegedRange, [actionKinds.feedback]), []);
    const all = (await actionsAt(uri, privilegedRange, ['quickfix'])).map(({ kind }) => kind);
    assert.ok(all.includes('quickfix') && all.includes(actionKinds.suppress), all.join());
  });

  const suppressible: readonly (readonly [string, string, string, string])[] = [
    ['pod.yaml', 'yaml', pod, privileged],
    ['.github/workflows/a.yml', 'yaml', workflow, 'github/script-injection'],
    [
      'Dockerfile',
      'dockerfile',
      'FROM debian:12\nRUN apt-get update && \\\n    curl https://example.com/x.sh | sh\n',
      '',
    ],
    ['a.ts', 'typescript', 'export function run(input: string): unknown {\n  return eval(input);\n}\n', ''],
    ['a.py', 'python', 'import subprocess\n\ndef run(name):\n    subprocess.run("ls " + name, shell=True)\n', ''],
  ];
  for (const [name, language, text, policy] of suppressible) {
    test(`a suppression in ${name} silences its finding and no other`, async () => {
      const { uri, diagnostics } = await openText(`suppress/${name}`, language, text);
      const finding =
        diagnostics.find(({ code }) => code === policy) ??
        diagnostics.find(({ code }) => !String(code).startsWith('kerb/'));
      assert.ok(finding, 'nothing is found in the text');
      const action = (await actionsAt(uri, finding.range)).find(({ title }) =>
        title.startsWith(`Suppress ${finding.code}`),
      );
      const after = await apply(uri, text, action);
      assert.match(after.text, /kerb: allow \S+ until \d{4}-\d\d-\d\d -- \S/);
      const count = (list: readonly Diagnostic[], code: unknown) => list.filter((each) => each.code === code).length;
      assert.ok(count(after.diagnostics, finding.code) < count(diagnostics, finding.code), after.text);
      for (const { code } of diagnostics)
        if (code !== finding.code) assert.equal(count(after.diagnostics, code), count(diagnostics, code), String(code));
    });
  }

  test('JSON has no comments: nothing is offered that cannot work', async () => {
    const { uri, diagnostics } = await openText(
      'json/package.json',
      'json',
      '{ "name": "a", "dependencies": { "b": "*", "c": "git+https://example.com/c.git" } }\n',
    );
    assert.ok(diagnostics.length > 0);
    const actions = await actionsAt(uri, { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } });
    assert.ok(!actions.some(({ title }) => title.startsWith('Suppress')));
  });

  test('an action for a text that has changed since is refused', async () => {
    const { uri } = await openText('stale.yaml', 'yaml', pod);
    const action = (await actionsAt(uri, privilegedRange)).find(({ isPreferred }) => isPreferred);
    client.change(uri, ++version, [
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: '# c\n' },
    ]);
    await assert.rejects(client.request('codeAction/resolve', action ?? null), { code: -32801 });
  });

  test('explaining, the catalogue and unknown commands', async () => {
    const page = await client.request('workspace/executeCommand', {
      command: 'kerb.server.explain',
      arguments: [privileged],
    });
    assert.match(String(page), /^# Containers must not run privileged/);
    assert.equal(await client.request('workspace/executeCommand', { command: 'no.such', arguments: [] }), null);
    const { policies } = await client.request<{ policies: { id: string; equivalents: string[] }[] }>(
      'kerb/catalogue',
      {},
    );
    assert.ok(policies.length > 50);
    assert.ok(policies.find(({ id }) => id === privileged)?.equivalents.includes('checkov/CKV_K8S_16'));
    assert.deepEqual(await client.request('kerb/explain', { policy: 'no/such' }), { markdown: null });
  });
});

describe('clients of other abilities', () => {
  test('snippets where they are taken, finished edits where nothing is resolved', async () => {
    const { folder, remove } = folderWith();
    const uri = uriOf(`${folder}/pod.yaml`);
    const ask = async (capabilities: object): Promise<CodeAction[]> => {
      const client = await startClient({ folders: [folder], capabilities });
      client.open(uri, 'yaml', pod);
      const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
        textDocument: { uri },
        range: privilegedRange,
        context: { diagnostics: [] },
      });
      await client.stop();
      return actions;
    };
    const plain = await ask({});
    assert.ok(plain.every(({ edit, command }) => edit?.changes?.[uri] !== undefined || command !== undefined));
    const withSnippets = {
      ...fullCapabilities,
      workspace: { workspaceEdit: { documentChanges: true, snippetEditSupport: true } },
      textDocument: {},
    };
    const suppression = (await ask(withSnippets)).find(({ title }) => title.startsWith('Suppress'));
    assert.match(JSON.stringify(suppression?.edit), /\$\{1:\d{4}-\d\d-\d\d\} -- \$\{2:/);
    remove();
  });
});

function applied(text: string, edits: readonly TextEdit[]): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: { line: number; character: number }) =>
    lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (now, { range, newText }) => now.slice(0, offset(range.start)) + newText + now.slice(offset(range.end)),
      text,
    );
}
