// Suppressing a finding: the server's own code action, applied to what the cursor or the tree points at.
import { type CodeAction, commands, languages, Range, type TextEditor, window, workspace } from 'vscode';
import { policyOf, type Shown } from './diagnostics.ts';

/** Suppresses a finding of the tree, or the one at the cursor; asks which where there are several. */
export async function suppress(finding: Shown | null): Promise<void> {
  const editor =
    finding === null
      ? window.activeTextEditor
      : await window.showTextDocument(finding.uri, { selection: finding.diagnostic.range });
  if (editor === undefined) return;
  const range = finding?.diagnostic.range ?? new Range(editor.selection.active, editor.selection.active);
  const actions = await suppressionsAt(editor, range);
  const wanted =
    finding === null
      ? actions
      : actions.filter(({ diagnostics }) => diagnostics?.some((each) => policyOf(each) === finding.policy));
  const action = wanted.length > 1 ? await choose(wanted) : wanted[0];
  if (action?.edit !== undefined) await workspace.applyEdit(action.edit);
  else if (wanted.length === 0)
    void window.showInformationMessage('Kerb: there is no finding here that a comment can suppress.');
}

async function suppressionsAt(editor: TextEditor, range: Range): Promise<readonly CodeAction[]> {
  const line = editor.document.lineAt(range.start.line).range;
  const here = languages
    .getDiagnostics(editor.document.uri)
    .some((each) => each.source === 'kerb' && each.range.intersection(range) !== undefined);
  const actions = await commands.executeCommand<CodeAction[]>(
    'vscode.executeCodeActionProvider',
    editor.document.uri,
    here ? range : line,
    'quickfix',
    50,
  );
  return actions.filter((action) => action.title.startsWith('Suppress '));
}

async function choose(actions: readonly CodeAction[]): Promise<CodeAction | undefined> {
  const picked = await window.showQuickPick(
    actions.map((action) => ({ label: action.title, action })),
    { placeHolder: 'Which finding?' },
  );
  return picked?.action;
}
