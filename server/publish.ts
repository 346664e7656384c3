// textDocument/publishDiagnostics: what is shown for a document, and when it is sent.

import path from 'node:path';
import { type Diagnostic, PublishDiagnosticsNotification } from 'vscode-languageserver';
import type { FileProblem } from '../engine/index.ts';
import { configurationName } from '../repository/index.ts';
import {
  diagnosticOf,
  fileProblemDiagnostic,
  omissionDiagnostic,
  syntaxDiagnostic,
  unreadableDiagnostic,
} from './convert.ts';
import type { Judged, OpenDocument } from './documents.ts';
import { judgeDocument } from './judging.ts';
import type { Root } from './roots.ts';
import { openAt, type Session } from './session.ts';
import { type Choice, choose, findingsOf, jsonOf, surroundingsOf } from './shown.ts';
import { uriOf } from './uri.ts';
import { Encoded } from './wire.ts';

/** Judges all dirty documents and pushes what was found. Those whose root still loads stay dirty. */
export function publishDirty(session: Session): void {
  for (const document of [...session.dirty]) {
    const judged = judgeDocument(session, document);
    if (judged === null) continue;
    session.dirty.delete(document);
    if (session.pushes) pushJson(session, document.uri, judged.version, shownJson(session, document, judged));
  }
}

/**
 * Shows what is wrong with a root's own files (kerb.yaml, policies) that are not open: open ones show their own text's.
 */
export function publishOwnFiles(session: Session, root: Root): void {
  const found = new Map<string, FileProblem[]>();
  for (const problem of root.rules?.problems ?? []) {
    const uri = uriOf(path.resolve(root.folder, problem.file));
    found.set(uri, [...(found.get(uri) ?? []), problem]);
  }
  for (const uri of session.ownFiles.get(root) ?? []) if (!found.has(uri)) showClosed(session, uri, []);
  for (const [uri, list] of found) {
    const code = uri.endsWith(`/${configurationName}`) ? 'kerb/configuration' : 'kerb/policy';
    showClosed(
      session,
      uri,
      list.map((problem) => fileProblemDiagnostic(problem, code)),
    );
  }
  session.ownFiles.set(root, [...found.keys()]);
}

/** Shows what there is about a closed file, by its canonical URI; an open one shows its own text's. */
export function showClosed(session: Session, uri: string, diagnostics: readonly Diagnostic[]): void {
  const hadNone = !session.closed.has(uri);
  if (diagnostics.length > 0) session.closed.set(uri, diagnostics);
  else session.closed.delete(uri);
  if (hadNone && diagnostics.length === 0) return;
  if (session.pushes && openAt(session, uri) === null) push(session, uri, null, diagnostics);
}

/** Sends diagnostics. `version` is that of the text that they were found in. */
export function push(session: Session, uri: string, version: number | null, diagnostics: readonly Diagnostic[]): void {
  pushJson(session, uri, version, JSON.stringify(diagnostics));
}

/** Everything that a document shows, as JSON. */
export function shownJson(session: Session, document: OpenDocument, judged: Judged): string {
  const choice = choose(session, document, judged);
  const pieces = choice.chosen.map((chosen) => jsonOf(session, document, chosen));
  for (const diagnostic of furtherDiagnostics(document, judged, choice)) pieces.push(JSON.stringify(diagnostic));
  return `[${pieces.join(',')}]`;
}

function pushJson({ connection }: Session, uri: string, version: number | null, diagnostics: string): void {
  const stamp = version === null ? '' : `"version":${version},`;
  const params = new Encoded(`{"uri":${JSON.stringify(uri)},${stamp}"diagnostics":${diagnostics}}`);
  // A client that went away cannot be told anything; the connection's own close handler ends the process.
  connection.sendNotification(PublishDiagnosticsNotification.method, params).catch(() => undefined);
}

/** Everything that a document shows. */
export function diagnosticsOf(session: Session, document: OpenDocument, judged: Judged): readonly Diagnostic[] {
  const surroundings = surroundingsOf(session, document);
  const choice = choose(session, document, judged);
  const diagnostics = choice.chosen
    .flatMap(findingsOf)
    .map((finding) => diagnosticOf(finding, document.text, surroundings));
  return [...diagnostics, ...furtherDiagnostics(document, judged, choice)];
}

/** What is shown beside findings. */
function furtherDiagnostics({ text }: OpenDocument, judged: Judged, { omitted }: Choice): readonly Diagnostic[] {
  const told = new Set(judged.own?.problems.map(({ span }) => span.start));
  const diagnostics = judged.syntax
    .filter(({ span }) => !told.has(span.start))
    .map((problem) => syntaxDiagnostic(problem, text));
  for (const problem of judged.own?.problems ?? [])
    diagnostics.push(fileProblemDiagnostic(problem, judged.own?.code ?? 'kerb/policy'));
  if (judged.unread !== null) diagnostics.push(unreadableDiagnostic(judged.unread));
  if (omitted > 0) diagnostics.push(omissionDiagnostic(omitted));
  return diagnostics;
}
