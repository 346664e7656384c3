// Edits of one document in the form that the client understands.
import type { SnippetTextEdit, TextDocumentEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { Edit } from '../engine/index.ts';
import type { Client } from './client.ts';
import { rangeOf, textEditsOf } from './convert.ts';
import type { OpenDocument } from './documents.ts';

/** The edits as a workspace edit; with the version, so that a client can refuse them on a newer text. */
export function editOf(client: Client, document: OpenDocument, edits: readonly Edit[]): WorkspaceEdit {
  const textEdits = textEditsOf(document.text, edits);
  if (!client.documentChanges) return { changes: { [document.uri]: textEdits } };
  return { documentChanges: [{ textDocument: identifierOf(document), edits: textEdits }] };
}

/** One edit whose text has places to fill in, for clients that take snippets. */
export function snippetEditOf(document: OpenDocument, edit: Edit, snippet: string): WorkspaceEdit {
  const range = rangeOf(document.text, edit.span);
  const snippetEdit: SnippetTextEdit = { range, snippet: { kind: 'snippet', value: snippet } };
  const change: TextDocumentEdit = { textDocument: identifierOf(document), edits: [snippetEdit] };
  return { documentChanges: [change] };
}

function identifierOf({ uri, text }: OpenDocument) {
  return { uri, version: text.version };
}
