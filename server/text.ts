// The text of an open document: incremental changes, and the offsets that each of them touched.
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Edit } from '../engine/index.ts';

/** Opens a text. */
export function openText(uri: string, languageId: string, version: number, text: string): TextDocument {
  return TextDocument.create(uri, languageId, version, text);
}

/**
 * Applies changes in their order and answers what each replaced, in the offsets of the text as it then was. The
 * document is changed in place. A change without a range becomes the one edit between common beginning and end.
 */
export function changeText(
  document: TextDocument,
  changes: readonly TextDocumentContentChangeEvent[],
  version: number,
): readonly Edit[] {
  const edits: Edit[] = [];
  for (const change of changes) {
    edits.push(editOf(document, change));
    TextDocument.update(document, [change], version);
  }
  if (changes.length === 0) TextDocument.update(document, [], version);
  return edits;
}

function editOf(document: TextDocument, change: TextDocumentContentChangeEvent): Edit {
  if (!('range' in change)) return difference(document.getText(), change.text);
  const a = document.offsetAt(change.range.start);
  const b = document.offsetAt(change.range.end);
  return { span: { start: Math.min(a, b), end: Math.max(a, b) }, text: change.text };
}

/** The single edit that turns one text into the other. */
export function difference(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  const most = shorter - start;
  while (same < most && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same))
    same++;
  return { span: { start, end: before.length - same }, text: after.slice(start, after.length - same) };
}
