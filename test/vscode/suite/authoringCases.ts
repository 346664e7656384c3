// Writing a policy: errors under the cursor, completion, cases that follow what is typed.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CodeAction,
  type CodeLens,
  type CompletionList,
  commands,
  debug,
  EventEmitter,
  type Location,
  languages,
  Range,
  type TextEdit,
  type TextEditor,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { MutationAnswer, PreviewAnswer } from '../../../server/protocol.ts';
import { behind, eventually, finding, folder, gone, open, replaceAll, textAt, type } from './workbench.ts';

const file = 'policies/team/image-registry.yaml';
const page = 'policies/team/image-registry.md';

/** Where VS Code saves by itself, reverting would not bring the text back. */
async function restore(editor: TextEditor, text: string): Promise<void> {
  await replaceAll(editor, text);
  await editor.document.save();
}

function countsOf({ outcome }: PreviewAnswer): object {
  return outcome.kind === 'judged' ? outcome.counts : outcome;
}

/** Resolves when the debugger stops next. */
async function nextStop(): Promise<void> {
  return new Promise((resolve) => {
    const tracking = debug.registerDebugAdapterTrackerFactory('kerb', {
      createDebugAdapterTracker: () => ({ onDidSendMessage: (message) => stops.fire(message) }),
    });
    const listening = stops.event(({ event }) => {
      if (event !== 'stopped') return;
      listening.dispose();
      tracking.dispose();
      resolve();
    });
  });
}

/** What every session's adapter says. */
const stops = new EventEmitter<{ readonly event?: string }>();

async function walk(request: string): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    const listening = stops.event(({ event }) => {
      if (event !== 'stopped') return;
      listening.dispose();
      resolve();
    });
  });
  await debug.activeDebugSession?.customRequest(request, { threadId: 1 });
  await stopped;
}

async function topFrame(): Promise<string> {
  const trace = await debug.activeDebugSession?.customRequest('stackTrace', { threadId: 1 });
  return trace?.stackFrames[0]?.name ?? 'nothing';
}

/** The titles of the lenses in a file, without their icons. */
async function titlesIn(name: string): Promise<readonly string[]> {
  const { document } = await open('alpha', name);
  const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 20);
  return lenses.map(({ command }) => command?.title.replace(/^\$\([a-z-]+\)\u00a0/, '') ?? '');
}

/** The tests, in their order: each leaves the workspace as it found it. */
export const authoringCases: Readonly<Record<string, () => Promise<void>>> = {
  'a field that does not exist is underlined, with what was meant': async () => {
    const editor = await open('alpha', file);
    const { document } = editor;
    const text = document.getText();
    await type(editor, behind(document, 'self.ima'), 'x');
    const [shown] = await eventually(document.uri, 'nothing is wrong', (list) => list.length > 0);
    assert.match(shown?.message ?? '', /did you mean "image"/);
    assert.equal(textAt(document, shown?.range ?? new Range(0, 0, 0, 0)), 'imaxge');
    await restore(editor, text);
    await eventually(document.uri, 'it stays wrong', (list) => list.length === 0);
  },

  'the fields of a container are completed': async () => {
    const { document } = await open('alpha', file);
    const { items } = await commands.executeCommand<CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      behind(document, 'self.'),
    );
    assert.ok(items.some(({ label }) => label === 'securityContext'));
  },

  'the definition of what an expression names': async () => {
    const { document } = await open('alpha', file);
    const found = await commands.executeCommand<Location[]>(
      'vscode.executeDefinitionProvider',
      document.uri,
      behind(document, 'self'),
    );
    assert.deepEqual(found, []);
  },

  'a policy is written about a value, and it finds the value at once': async () => {
    const { document } = await open('alpha', 'deploy/web.yaml');
    const at = behind(document, 'replicas: ');
    const offered = await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new Range(at, at),
      'refactor',
    );
    const action = offered.find(({ title }) => title === 'Write a policy about replicas…');
    assert.ok(action?.command, offered.map(({ title }) => title).join());
    const [offer] = action.command.arguments ?? [];
    await commands.executeCommand(action.command.command, { ...offer, id: 'team/two-replicas' });
    const shown = window.visibleTextEditors.map(({ document: { uri } }) => workspace.asRelativePath(uri, false)).sort();
    const files = ['policies/team/two-replicas.md', 'policies/team/two-replicas.yaml'];
    assert.deepEqual(shown, files);
    await finding(document.uri, 'team/two-replicas');
    await commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of files) await workspace.fs.delete(Uri.joinPath(folder('alpha'), name));
    await gone((await open('alpha', 'deploy/web.yaml')).document.uri, 'team/two-replicas');
  },

  'what a policy would do is known while it is typed': async () => {
    const editor = await open('alpha', file);
    const text = editor.document.getText();
    const before = await commands.executeCommand<PreviewAnswer>('kerb.previewPolicy');
    assert.equal(before.id, 'team/image-registry');
    assert.deepEqual(countsOf(before), { added: 0, kept: 1, vanished: 0 });
    await replaceAll(editor, text.replace('registry.internal/', 'registry.example.com/'));
    assert.deepEqual(countsOf(await commands.executeCommand<PreviewAnswer>('kerb.previewPolicy')), {
      added: 0,
      kept: 0,
      vanished: 1,
    });
    await restore(editor, text);
  },

  'lenses say whether the cases pass and what the policy would do': async () => {
    assert.deepEqual(await titlesIn(page), ['The policy', 'as drawn', 'Step through', 'as drawn', 'Step through']);
    await open('alpha', file);
    await commands.executeCommand('kerb.previewPolicy');
    const titles = [
      '2 cases as drawn',
      'Do they prove anything?',
      '1 finding in the workspace',
      'What it would have decided',
      'Explain',
    ];
    assert.deepEqual(await titlesIn(file), titles);
  },

  'a page that proves little is told above the policy, and a page that is missing is begun': async () => {
    const editor = await open('alpha', page);
    const text = editor.document.getText();
    await replaceAll(editor, text.slice(0, text.lastIndexOf('```yaml')));
    assert.equal((await titlesIn(file))[0], 'no case is clean');
    await restore(await open('alpha', page), text);
    const alone = ['policies/team/alone.yaml', 'policies/team/alone.md'] as const;
    const [policy, begun] = alone.map((name) => Uri.joinPath(folder('alpha'), name)) as [Uri, Uri];
    await workspace.fs.copy(Uri.joinPath(folder('alpha'), file), policy);
    for (let tries = 0; tries < 100 && (await titlesIn(alone[0])).length === 0; tries++) await sleep(50);
    assert.equal((await titlesIn(alone[0]))[0], 'No cases run');
    await commands.executeCommand('kerb.openBeside', begun.toString());
    assert.equal((await open('alpha', alone[1])).document.getText(), '# team/alone\n');
    assert.match((await titlesIn(alone[0]))[0] ?? '', /^there is no case/);
    await commands.executeCommand('workbench.action.closeAllEditors');
    for (const uri of [policy, begun]) await workspace.fs.delete(uri);
  },

  'what no case notices is shown in the policy, until something is typed': async () => {
    const editor = await open('alpha', file);
    const { document } = editor;
    const text = document.getText();
    await replaceAll(
      editor,
      text.replace('registry.internal/', 'registry.').replace("')\n", "') || self.name == 'b'\n"),
    );
    const answer = await commands.executeCommand<MutationAnswer>('kerb.mutate');
    assert.equal(answer.outcome.kind, 'tried', JSON.stringify(answer));
    const unnoticed = () => languages.getDiagnostics(document.uri).filter(({ source }) => source === 'kerb mutants');
    const [first] = unnoticed();
    assert.match(first?.message ?? '', /^No case notices: in `require`/);
    assert.match(first?.relatedInformation?.[0]?.message ?? '', /would show it|makes no difference/);
    assert.equal(first?.range.start.line, 6);
    await restore(editor, text);
    assert.deepEqual(unnoticed(), []);
  },

  'a policy is formatted, and other files are not by Kerb': async () => {
    const editor = await open('alpha', file);
    const text = editor.document.getText();
    await replaceAll(editor, text.replace("('registry", "(  'registry"));
    const edits = await commands.executeCommand<TextEdit[]>(
      'vscode.executeFormatDocumentProvider',
      editor.document.uri,
      { tabSize: 2, insertSpaces: true },
    );
    assert.deepEqual(
      edits.map(({ newText }) => newText),
      [''],
    );
    await restore(editor, text);
    const other = await open('alpha', 'deploy/web.yaml');
    const none = await commands.executeCommand<TextEdit[] | undefined>(
      'vscode.executeFormatDocumentProvider',
      other.document.uri,
      { tabSize: 2, insertSpaces: true },
    );
    assert.equal(none, undefined);
  },

  'a case is stepped through, forwards and backwards': async () => {
    const { document } = await open('alpha', page);
    const uri = document.uri.toString();
    const stopped = nextStop();
    const configuration = { type: 'kerb', request: 'launch', name: 'a case', uri, line: 3 };
    assert.ok(await debug.startDebugging(workspace.getWorkspaceFolder(document.uri), configuration));
    await stopped;
    assert.equal(await topFrame(), 'self.image → "nginx:1.27"');
    await walk('stepIn');
    assert.equal(await topFrame(), "self.image.startsWith('registry.internal/') → false");
    await walk('stepBack');
    assert.equal(await topFrame(), 'self.image → "nginx:1.27"');
    const evaluated = await debug.activeDebugSession?.customRequest('evaluate', { expression: 'self.name + "!"' });
    assert.equal(evaluated?.result, '"a!"');
    const ended = new Promise<void>((resolve) => {
      const listening = debug.onDidTerminateDebugSession(() => {
        listening.dispose();
        resolve();
      });
    });
    await commands.executeCommand('workbench.action.debug.continue');
    await ended;
  },

  'a case that is drawn otherwise than it is judged offers its drawing': async () => {
    const policy = await open('alpha', file);
    const policyText = policy.document.getText();
    await type(policy, behind(policy.document, 'not from our'), ' own');
    const editor = await open('alpha', page);
    const { document } = editor;
    const pageText = document.getText();
    const actionsNow = async (): Promise<readonly CodeAction[]> =>
      commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, new Range(9, 0, 9, 0));
    const [action] = (await actionsNow()).filter(({ title }) => title.startsWith('Accept what the policy finds'));
    assert.ok(action?.edit, 'no drawing is offered');
    assert.ok(await workspace.applyEdit(action.edit));
    assert.ok(document.getText().includes('^^^^^^^^^^ the image is not from our own registry'));
    assert.deepEqual(
      (await actionsNow()).filter(({ title }) => title.startsWith('Accept')),
      [],
    );
    await restore(editor, pageText);
    await restore(await open('alpha', file), policyText);
  },
};
