// The server's own code actions for what the cursor or the tree points at: fixing, suppressing a finding, asking for an exception, saying that it is wrong.
import { type CodeAction, commands, languages, Range, type TextEditor, window, workspace } from 'vscode';
import { actionKinds } from '../server/protocol.ts';
import { policyOf, type Shown } from './diagnostics.ts';

/** Suppresses a finding of the tree, or the one at the cursor; asks which where there are several. */
export async function suppress(finding: Shown | null): Promise<void> {
  const action = await actionFor(
    finding,
    actionKinds.suppress,
    'there is no finding here that a comment can suppress.',
  );
  if (action?.edit !== undefined) await workspace.applyEdit(action.edit);
}

/** Applies every safe fix of the open file. VS Code's own command would give up without a word where the editor scrolls meanwhile. */
export async function fixAll(): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document === undefined) return;
  const all = document.validateRange(new Range(0, 0, document.lineCount, 0));
  const provider = 'vscode.executeCodeActionProvider';
  const [action] = await commands.executeCommand<CodeAction[]>(provider, document.uri, all, 'source.fixAll.kerb', 1);
  if (action?.edit !== undefined) await workspace.applyEdit(action.edit);
  else void window.showInformationMessage('Kerb: there is nothing here that can be fixed safely.');
}

/** Asks for an exception from a finding of the tree, or from the one at the cursor. */
export async function askException(finding: Shown | null): Promise<void> {
  const none = 'there is no finding here for which an organisation could grant an exception.';
  const action = await actionFor(finding, actionKinds.askException, none);
  if (action?.command !== undefined)
    await commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
}

/** Says of a finding of the tree, or of the one at the cursor, that it is wrong or unclear. */
export async function giveFeedback(finding: Shown | null): Promise<void> {
  const action = await actionFor(
    finding,
    actionKinds.feedback,
    'there is no finding here that an organisation answers for.',
  );
  if (action?.command !== undefined)
    await commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
}

/** The action of that kind; says why there is none. Undefined where the person chose none. */
async function actionFor(finding: Shown | null, kind: string, none: string): Promise<CodeAction | undefined> {
  const editor =
    finding === null
      ? window.activeTextEditor
      : await window.showTextDocument(finding.uri, { selection: finding.diagnostic.range });
  if (editor === undefined) return undefined;
  const range = finding?.diagnostic.range ?? new Range(editor.selection.active, editor.selection.active);
  const actions = await actionsAt(editor, range, kind);
  const wanted =
    finding === null
      ? actions
      : actions.filter(({ diagnostics }) => diagnostics?.some((each) => policyOf(each) === finding.policy));
  if (wanted.length === 0) void window.showInformationMessage(`Kerb: ${none}`);
  return wanted.length > 1 ? choose(wanted) : wanted[0];
}

async function actionsAt(editor: TextEditor, range: Range, kind: string): Promise<readonly CodeAction[]> {
  const line = editor.document.lineAt(range.start.line).range;
  const here = languages
    .getDiagnostics(editor.document.uri)
    .some((each) => each.source === 'kerb' && each.range.intersection(range) !== undefined);
  return commands.executeCommand<CodeAction[]>(
    'vscode.executeCodeActionProvider',
    editor.document.uri,
    here ? range : line,
    kind,
    50,
  );
}

async function choose(actions: readonly CodeAction[]): Promise<CodeAction | undefined> {
  const picked = await window.showQuickPick(
    actions.map((action) => ({ label: action.title, action })),
    { placeHolder: 'Which finding?' },
  );
  return picked?.action;
}
