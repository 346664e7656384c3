// What is written in Rego is compiled when it is saved: the policies that name the file get the bundle that it makes now.
import { type Disposable, type ExtensionContext, type TextDocument, window, workspace } from 'vscode';
import { runKerb } from './kerb.ts';

/** Compiles on save. It runs the user's `opa` on files of the workspace: only in workspaces that they trust. */
export function compileOnSave(context: ExtensionContext): Disposable {
  let last: Promise<void> = Promise.resolve();
  return workspace.onDidSaveTextDocument((document) => {
    if (!workspace.isTrusted || document.uri.scheme !== 'file' || !document.fileName.endsWith('.rego')) return;
    // One at a time: the last one saved is the last one written.
    last = last.then(() => compile(context, document));
  });
}

async function compile(context: ExtensionContext, { uri }: TextDocument): Promise<void> {
  const folder = workspace.getWorkspaceFolder(uri);
  if (folder === undefined) return;
  const args = ['rego', 'build', '--if-named', uri.fsPath];
  const said = await runKerb(context, { args, cwd: folder.uri.fsPath });
  if (typeof said !== 'string') void window.showErrorMessage(`Kerb: ${said.error}`);
}
