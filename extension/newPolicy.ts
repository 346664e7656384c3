// A new policy: its file and its page with a first case, where the repository keeps its policies.
import { Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { messages, type NewPolicyResult } from '../server/protocol.ts';
import type { Server } from './client.ts';

const form = /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/;

/** Asks for a name, and makes and opens the files. */
export async function newPolicy(server: Server): Promise<void> {
  const policy = await window.showInputBox({
    title: 'New policy',
    prompt: 'Its id: a domain and a name',
    placeHolder: 'team/no-latest-tag',
    validateInput: (text) => (form.test(text) ? null : 'Lower-case letters, digits and hyphens: domain/name'),
  });
  if (policy === undefined) return;
  const uri = window.activeTextEditor?.document.uri.toString() ?? workspace.workspaceFolders?.[0]?.uri.toString();
  const result = await server.request<NewPolicyResult>(messages.newPolicy, { policy, ...(uri === undefined ? {} : { uri }) });
  const edit = new WorkspaceEdit();
  for (const file of result.files) edit.createFile(Uri.parse(file.uri), { ignoreIfExists: true, contents: new TextEncoder().encode(file.text) });
  if (!(await workspace.applyEdit(edit))) return;
  if (result.note !== null) void window.showInformationMessage(`Kerb: ${result.note}`);
  for (const file of result.files) await window.showTextDocument(Uri.parse(file.uri), { preview: false });
}
