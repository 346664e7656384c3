// textDocument/publishDiagnostics: what is shown for a document, and when it is sent.

import path from 'node:path';
import type { Diagnostic } from 'vscode-languageserver';
import type { FileProblem, Finding } from '../engine/index.ts';
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
import type { Session } from './session.ts';
import { uriOf } from './uri.ts';

/** What VS Code shows of one file; more would only make each keystroke dearer. */
const mostDiagnostics = 1_000;

/** Judges all dirty documents and pushes what was found. Those whose root still loads stay dirty. */
export function publishDirty(session: Session): void {
  for (const document of [...session.dirty]) {
    const judged = judgeDocument(session, document);
    if (judged === null) continue;
    session.dirty.delete(document);
    if (session.pushes) push(session, document.uri, judged.version, diagnosticsOf(session, document, judged));
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

function showClosed(session: Session, uri: string, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) session.closed.set(uri, diagnostics);
  else session.closed.delete(uri);
  if (session.pushes && !session.documents.has(uri)) push(session, uri, null, diagnostics);
}

/** Sends diagnostics. `version` is that of the text that they were found in. */
export function push(session: Session, uri: string, version: number | null, diagnostics: readonly Diagnostic[]): void {
  const params = { uri, diagnostics: [...diagnostics], ...(version === null ? {} : { version }) };
  // A client that went away cannot be told anything; the connection's own close handler ends the process.
  session.connection.sendDiagnostics(params).catch(() => undefined);
}

/** Everything that a document shows. */
export function diagnosticsOf(session: Session, document: OpenDocument, judged: Judged): readonly Diagnostic[] {
  const { text, place } = document;
  const rules = place.root.rules;
  const pageOf = (id: string): string | null => (rules === null ? null : rules.pageOf(id));
  const most = session.client.options.mostDiagnostics ?? mostDiagnostics;
  const { shown, omitted } = gravest(judged.findings.filter(isShown), most);
  const diagnostics = shown.map((finding) =>
    diagnosticOf(finding, text, { pageOf, related: session.client.relatedInformation }),
  );
  for (const problem of judged.syntax) diagnostics.push(syntaxDiagnostic(problem, text));
  for (const problem of judged.own?.problems ?? [])
    diagnostics.push(fileProblemDiagnostic(problem, judged.own?.code ?? 'kerb/policy'));
  if (judged.unread !== null) diagnostics.push(unreadableDiagnostic(judged.unread));
  if (omitted > 0) diagnostics.push(omissionDiagnostic(omitted));
  return diagnostics;
}

/** A suppressed finding was answered by a person: an editor does not repeat it. */
export function isShown(finding: Finding): boolean {
  return finding.exception?.kind !== 'suppression';
}

/** The gravest findings where there are too many, in the order of the text. */
function gravest(findings: readonly Finding[], most: number): { shown: readonly Finding[]; omitted: number } {
  if (findings.length <= most) return { shown: findings, omitted: 0 };
  const left = { deny: 0, warn: 0, audit: 0 };
  for (const { enforcement } of findings) left[enforcement]++;
  left.deny = Math.min(left.deny, most);
  left.warn = Math.min(left.warn, most - left.deny);
  left.audit = Math.min(left.audit, most - left.deny - left.warn);
  const shown = findings.filter(({ enforcement }) => left[enforcement]-- > 0);
  return { shown, omitted: findings.length - shown.length };
}
