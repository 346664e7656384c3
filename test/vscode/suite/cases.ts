// What one file shows while it is edited.
import assert from 'node:assert/strict';
import {
  type CodeAction,
  commands,
  DiagnosticSeverity,
  extensions,
  type Hover,
  type MarkdownString,
  Range,
  Uri,
  window,
  workspace,
} from 'vscode';
import { behind, eventually, finding, found, gone, open, policyOf, textAt, type } from './workbench.ts';

const privileged = 'kubernetes/privileged';
const nothing = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\ndata: {}\n';

/** The tests, in their order: each leaves the workspace as it found it. */
export const cases: Readonly<Record<string, () => Promise<void>>> = {
  'the installed extension starts': async () => {
    const extension = extensions.getExtension('kerb.kerb');
    assert.ok(extension, 'it is not installed');
    await extension.activate();
    const registered = await commands.getCommands(true);
    const named: { command: string }[] = extension.packageJSON.contributes.commands;
    for (const { command } of named) assert.ok(registered.includes(command), `${command} is not registered`);
  },

  'a finding appears as text is typed, on the exact value, unsaved': async () => {
    const editor = await open('alpha', 'deploy/web.yaml');
    const { document } = editor;
    await eventually(document.uri, 'the file is not judged', (list) => list.length > 0);
    assert.ok(!found(document.uri).some((each) => policyOf(each) === privileged));
    await type(editor, behind(document, 'allowPrivilegeEscalation: false'), '\n            privileged: true');
    const shown = await finding(document.uri, privileged);
    assert.equal(textAt(document, shown.range), 'true');
    assert.equal(shown.severity, DiagnosticSeverity.Error);
    assert.ok(typeof shown.code === 'object' && shown.code.target, 'the code links to the page');
    assert.ok(document.isDirty);
  },

  'hovering says why, who owns the policy and what to do': async () => {
    const { document } = await open('alpha', 'deploy/web.yaml');
    const { range } = await finding(document.uri, privileged);
    const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, range.start);
    const text = hovers
      .flatMap(({ contents }) => contents as MarkdownString[])
      .map(({ value }) => value)
      .join('\n');
    for (const part of ['Remedy:', 'owner', 'severity critical', privileged])
      assert.ok(text.includes(part), `${part} is not in ${text}`);
  },

  'a quick fix repairs it': async () => {
    const { document } = await open('alpha', 'deploy/web.yaml');
    const { range } = await finding(document.uri, privileged);
    const actions = await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
      'quickfix',
      50,
    );
    const fix = actions.find(({ title }) => title === 'Remove privileged');
    assert.ok(fix?.edit, `no fix among ${actions.map(({ title }) => title).join(', ')}`);
    assert.ok(await workspace.applyEdit(fix.edit));
    await gone(document.uri, privileged);
    assert.ok(!document.getText().includes('privileged: true'));
    assert.ok(actions.some(({ title }) => title === `Explain ${privileged}`));
  },

  'a suppression with a reason and a day silences it': async () => {
    const editor = await open('alpha', 'deploy/web.yaml');
    const { document } = editor;
    await type(editor, behind(document, 'allowPrivilegeEscalation: false'), '\n            privileged: true');
    const { range } = await finding(document.uri, privileged);
    const actions = await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
      'quickfix.kerb.suppress',
      50,
    );
    assert.ok(
      actions.every(({ title }) => title.startsWith('Suppress ')),
      actions.map(({ title }) => title).join(),
    );
    const action = actions.find(({ title }) => title.startsWith(`Suppress ${privileged}`));
    assert.ok(action?.edit, 'no suppression is offered');
    assert.ok(await workspace.applyEdit(action.edit));
    await gone(document.uri, privileged);
    assert.match(document.getText(), /# kerb: allow kubernetes\/privileged until \d{4}-\d\d-\d\d -- \S/);
    await commands.executeCommand('workbench.action.files.revert');
    assert.ok(!document.isDirty);
  },

  'every safe fix of a file at once': async () => {
    const editor = await open('alpha', 'deploy/web.yaml');
    const { document } = editor;
    await type(editor, behind(document, 'allowPrivilegeEscalation: false'), '\n            privileged: true');
    await finding(document.uri, privileged);
    await commands.executeCommand('kerb.fixAll');
    await gone(document.uri, privileged);
    await commands.executeCommand('workbench.action.files.revert');
  },

  'an untitled document is judged': async () => {
    const content =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec:\n  hostNetwork: true\n  containers: []\n';
    const document = await workspace.openTextDocument({ language: 'yaml', content });
    await window.showTextDocument(document);
    await finding(document.uri, 'kubernetes/host-network');
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  },

  'typing does not let what is shown flicker': async () => {
    const editor = await open('alpha', 'deploy/web.yaml');
    const { document } = editor;
    const before = (await eventually(document.uri, 'nothing is shown', (list) => list.length > 0)).length;
    await type(editor, behind(document, 'name: web'), '\n  annotations: {');
    await eventually(
      document.uri,
      'findings vanish while the text does not parse',
      (list) => list.filter((each) => policyOf(each) !== 'kerb/syntax').length >= before,
    );
    await commands.executeCommand('workbench.action.files.revert');
  },

  'the page of a policy': async () => {
    const page = await workspace.openTextDocument(Uri.parse(`kerb-policy:/${privileged}.md`));
    for (const part of [privileged, 'Remedy', '```yaml'])
      assert.ok(page.getText().includes(part), `${part} is not in the page`);
  },

  'repaired text has no findings': async () => {
    const editor = await open('alpha', 'deploy/web.yaml');
    const { uri } = editor.document;
    await eventually(uri, 'nothing is shown', (list) => list.length > 0);
    await editor.edit((edit) => edit.replace(new Range(0, 0, editor.document.lineCount, 0), nothing));
    await eventually(uri, 'a config map has findings', (list) => list.length === 0);
    await commands.executeCommand('workbench.action.files.revert');
    await eventually(uri, 'nothing is shown again', (list) => list.length > 0);
  },
};
