// What documents and workspace folders do: open, change, close, move between roots.

import path from 'node:path';
import type {
  DidChangeTextDocumentParams,
  DidChangeWorkspaceFoldersParams,
  TextDocumentItem,
} from 'vscode-languageserver';
import { isInside } from '../repository/index.ts';
import { changeDocument, type OpenDocument, openDocument } from './documents.ts';
import { push, showClosed } from './publish.ts';
import { markAllDirty, markDirty, type Session } from './session.ts';
import { canonical, fileOf, uriOf } from './uri.ts';
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
  const before = session.closed.get(document.address);
  const { root, path: file } = document.place;
  const report =
    before !== undefined && fileOf(uri) === path.join(root.folder, file) ? reportClosed(session, root, file) : null;
  const diagnostics = report?.diagnostics ?? [];
  if (diagnostics.length > 0) session.closed.set(document.address, diagnostics);
  else session.closed.delete(document.address);
  push(session, uri, document.text.version, diagnostics);
}

/** Workspace folders came or went: every document asks again whose it is. */
export function moveDocuments(session: Session, { event }: DidChangeWorkspaceFoldersParams): void {
  const gone = new Set(event.removed.map(({ uri }) => canonical(uri)));
  const kept = session.roots
    .folders()
    .map(uriOf)
    .filter((uri) => !gone.has(uri));
  session.roots.setFolders([...kept, ...event.added.map(({ uri }) => uri)]);
  for (const document of session.documents.values()) document.place = session.roots.placeOf(document.uri);
  const used = new Set([...session.documents.values()].map(({ place }) => place.root));
  session.roots.forget((root) => !used.has(root));
  forgetClosed(session);
  markAllDirty(session);
}

/** What closed files of folders that went away show goes with them, and so do the problems of roots that nothing uses. */
function forgetClosed(session: Session): void {
  const known = new Set(session.roots.all());
  for (const root of session.ownFiles.keys()) if (!known.has(root)) session.ownFiles.delete(root);
  const own = new Set([...session.ownFiles.values()].flat());
  const folders = session.roots.folders();
  for (const uri of [...session.closed.keys()]) {
    const file = fileOf(uri);
    if (!own.has(uri) && !folders.some((folder) => file !== null && isInside(file, folder)))
      showClosed(session, uri, []);
  }
}

function forget(session: Session, uri: string): OpenDocument | null {
  const document = session.documents.get(uri);
  if (document === undefined) return null;
  session.documents.delete(uri);
  session.dirty.delete(document);
  return document;
}
