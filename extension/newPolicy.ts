// A new policy: the command that comes with the extension writes it, the same as in a terminal.
import path from 'node:path';
import { type ExtensionContext, Uri, WorkspaceEdit, type WorkspaceFolder, window, workspace } from 'vscode';
import { runKerb } from './kerb.ts';
import { complaintAboutId } from './policyId.ts';
import { showSideBySide } from './writePolicy.ts';

/** Asks for a name, has the files made, and opens them. */
export async function newPolicy(context: ExtensionContext): Promise<void> {
  const folder = await folderForPolicies();
  if (folder === undefined) return;
  const policy = await window.showInputBox({
    title: 'New policy',
    prompt: 'Its id: a domain and a name',
    placeHolder: 'team/image-registry',
    validateInput: complaintAboutId,
  });
  if (policy === undefined) return;
  const made = await runKerb(context, { args: ['new', 'policy', policy], cwd: folder.uri.fsPath });
  if (typeof made !== 'string') return void window.showErrorMessage(`Kerb: ${made.error}`);
  const files = made.split('\n').filter((line) => /\.(yaml|md)$/.test(line));
  const [rule, page] = files.map((file) => Uri.file(path.resolve(folder.uri.fsPath, file)));
  if (rule === undefined || page === undefined) return;
  await showSideBySide(rule, page);
  await nameTheFolder(folder);
}

/** A policy counts once `kerb.yaml` names its folder. */
async function nameTheFolder(folder: WorkspaceFolder): Promise<void> {
  const uri = Uri.joinPath(folder.uri, 'kerb.yaml');
  const text = await workspace.fs.readFile(uri).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '',
  );
  if (/^policyFolders:/m.test(text)) return;
  const add = 'Add It to kerb.yaml';
  const message = 'Kerb: the policy counts once kerb.yaml has the line “policyFolders: [policies]”.';
  if ((await window.showInformationMessage(message, add)) !== add) return;
  const creation = new WorkspaceEdit();
  creation.createFile(uri, { ignoreIfExists: true });
  await workspace.applyEdit(creation);
  const document = await workspace.openTextDocument(uri);
  const end = document.lineAt(document.lineCount - 1).range.end;
  const line = `${end.character === 0 ? '' : '\n'}policyFolders: [policies]\n`;
  const insertion = new WorkspaceEdit();
  insertion.insert(uri, end, line);
  await workspace.applyEdit(insertion);
  await document.save();
}

async function folderForPolicies(): Promise<WorkspaceFolder | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length > 1) return window.showWorkspaceFolderPick({ placeHolder: 'For which folder?' });
  if (folders.length === 0)
    void window.showInformationMessage('Kerb: open a folder first; a policy belongs to a repository.');
  return folders[0];
}
