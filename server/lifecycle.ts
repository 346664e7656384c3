// What documents and workspace folders do: open, change, close, move between roots.

import path from 'node:path';
import type {
  DidChangeTextDocumentParams,
  DidChangeWorkspaceFoldersParams,
  TextDocumentItem,
} from 'vscode-languageserver';
import { changeDocument, type OpenDocument, openDocument } from './documents.ts';
import { push } from './publish.ts';
import { markAllDirty, markDirty, type Session } from './session.ts';
import { uriOf } from './uri.ts';
import { reportClosed } from './workspace.ts';

/** A document was opened. Opening it again is taken as a new text. */
export function openOne(session: Session, item: TextDocumentItem): void {
  forget(session, item.uri);
  const document = openDocument(item, session.roots.placeOf(item.uri));
  session.documents.set(item.uri, document);
  markDirty(session, document);
}

/** A document changed. What was never opened cannot change. */
export function editDocument(session: Session, { textDocument, contentChanges }: DidChangeTextDocumentParams): void {
  const document = session.documents.get(textDocument.uri);
  if (document === undefined) {
    session.connection.console.warn(`A change came for a document that is not open: ${textDocument.uri}`);
    return;
  }
  changeDocument(document, contentChanges, textDocument.version);
  markDirty(session, document);
}

/** A document was closed: its diagnostics go, unless a check of the workspace or its own problems keep them. */
export function closeDocument(session: Session, uri: string): void {
  const document = forget(session, uri);
  if (document === null || !session.pushes) return;
  const before = session.closed.get(uri);
  const { root, path: file } = document.place;
  const report =
    before !== undefined && uri === uriOf(path.join(root.folder, file)) ? reportClosed(session, root, file) : null;
  const diagnostics = report?.diagnostics ?? [];
  if (before !== undefined) session.closed.set(uri, diagnostics);
  push(session, uri, document.text.version, diagnostics);
}

/** Workspace folders came or went: every document asks again whose it is. */
export function moveDocuments(session: Session, { event }: DidChangeWorkspaceFoldersParams): void {
  const gone = new Set(event.removed.map(({ uri }) => uri));
  const kept = session.roots
    .folders()
    .map(uriOf)
    .filter((uri) => !gone.has(uri));
  session.roots.setFolders([...kept, ...event.added.map(({ uri }) => uri)]);
  for (const document of session.documents.values()) document.place = session.roots.placeOf(document.uri);
  const used = new Set([...session.documents.values()].map(({ place }) => place.root));
  session.roots.forget((root) => !used.has(root));
  markAllDirty(session);
}

function forget(session: Session, uri: string): OpenDocument | null {
  const document = session.documents.get(uri);
  if (document === undefined) return null;
  session.documents.delete(uri);
  session.dirty.delete(document);
  return document;
}
