// "Write a policy about this": a person gives it a name, and both files open side by side.
import { commands, Uri, ViewColumn, window, workspace } from 'vscode';
import { commands as serverCommands, type WritePolicyParams, type WritePolicyResult } from '../server/protocol.ts';
import { complaintAboutId } from './policyId.ts';

/** Begins a policy at the cursor. */
export async function writePolicyHere(): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor === undefined)
    return void window.showInformationMessage('Kerb: put the cursor on the value that the policy is to be about.');
  const { line, character } = editor.selection.active;
  const place: WritePolicyParams = { uri: editor.document.uri.toString(), line, character };
  await commands.executeCommand(serverCommands.writePolicy, place);
}

/** The same with an id that a person gave it, unless it has one; null where they went away. */
export async function nameIt(params: WritePolicyParams): Promise<WritePolicyParams | null> {
  if (params.id !== undefined) return params;
  const id = await window.showInputBox({
    title: 'Write a policy about this',
    prompt: 'Its id: a domain and a name',
    value: params.suggested ?? 'team/',
    valueSelection:
      params.suggested === undefined ? [5, 5] : [params.suggested.indexOf('/') + 1, params.suggested.length],
    validateInput: complaintAboutId,
  });
  return id === undefined ? null : { ...params, id };
}

/** Saves what was written, so that the policy counts, and shows it. */
export async function showWritten(result: WritePolicyResult): Promise<void> {
  if (result.kind !== 'written') return;
  const uris = [result.policy, result.page, ...(result.configuration === null ? [] : [result.configuration])];
  const documents = await Promise.all(uris.map((uri) => workspace.openTextDocument(Uri.parse(uri))));
  await Promise.all(documents.map((document) => document.save()));
  const [policy, page] = documents;
  if (policy === undefined || page === undefined) return;
  await showSideBySide(policy.uri, page.uri);
}

/** A policy, and its page beside it. */
export async function showSideBySide(policy: Uri, page: Uri): Promise<void> {
  await window.showTextDocument(policy, { viewColumn: ViewColumn.One, preview: false });
  await window.showTextDocument(page, { viewColumn: ViewColumn.Beside, preview: false, preserveFocus: true });
}
