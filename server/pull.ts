// textDocument/diagnostic and workspace/diagnostic: the same diagnostics, when the client asks for them.

import type { Diagnostic } from 'vscode-languageserver';
import {
  type CancellationToken,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type ResultProgressReporter,
  type WorkDoneProgressReporter,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
  type WorkspaceDiagnosticReportPartialResult,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import { judgeDocument } from './judging.ts';
import { diagnosticsOf, push } from './publish.ts';
import { openAt, type Session } from './session.ts';
import { canonical, fileOf } from './uri.ts';
import { judgeWorkspace, reportClosed } from './workspace.ts';

/** Diagnostics of one document, judged now where that was not done yet. */
export async function pullDocument(
  session: Session,
  params: DocumentDiagnosticParams,
): Promise<DocumentDiagnosticReport> {
  stopPushing(session);
  const { uri } = params.textDocument;
  const document = session.documents.get(uri);
  if (document === undefined)
    return reportOf(await closedDiagnostics(session, uri), session.native.sha256, params.previousResultId);
  if (document.place.root.rules === null) await session.roots.ready(document.place.root);
  const judged = judgeDocument(session, document);
  const items = judged === null ? [] : diagnosticsOf(session, document, judged);
  return reportOf(items, session.native.sha256, params.previousResultId);
}

/** Diagnostics of every file of the workspace, a batch at a time where the client takes partial results. */
export async function pullWorkspace(
  session: Session,
  params: WorkspaceDiagnosticParams,
  token: CancellationToken,
  progress: WorkDoneProgressReporter,
  partial: ResultProgressReporter<WorkspaceDiagnosticReportPartialResult> | undefined,
): Promise<WorkspaceDiagnosticReport> {
  stopPushing(session);
  const previous = new Map(params.previousResultIds.map(({ uri, value }) => [canonical(uri), { uri, value }]));
  const report = (
    uri: string,
    version: number | null,
    items: readonly Diagnostic[],
  ): WorkspaceDocumentDiagnosticReport => {
    return { uri, version, ...reportOf(items, session.native.sha256, previous.get(canonical(uri))?.value) };
  };
  const all: WorkspaceDocumentDiagnosticReport[] = [];
  const told = new Set<string>();
  const tell = (items: WorkspaceDocumentDiagnosticReport[]): void => {
    if (partial === undefined) all.push(...items);
    else partial.report({ items });
  };
  const cancelled = (): boolean => token.isCancellationRequested;
  // Clients pull again and again by themselves: nobody wants to be told each time.
  const complain = (message: string): void => session.connection.console.warn(message);
  await judgeWorkspace(session, { cancelled, complain, progress }, (batch) => {
    for (const { uri } of batch) told.add(canonical(uri));
    tell(batch.map(({ uri, version, diagnostics }) => report(uri, version, diagnostics)));
  });
  if (cancelled()) return { items: all };
  // Whoever has findings of a file that is no longer there is told that there are none.
  const gone = [...previous].filter(([address]) => !told.has(address) && openAt(session, address) === null);
  if (gone.length > 0) tell(gone.map(([, { uri }]) => report(uri, null, [])));
  return { items: all };
}

/** Of a file as it is on the disk; of anything else that is not open there is nothing to say. */
async function closedDiagnostics(session: Session, uri: string): Promise<readonly Diagnostic[]> {
  if (fileOf(uri) === null) return [];
  const { root, path } = session.roots.placeOf(uri);
  await session.roots.ready(root);
  return reportClosed(session, root, path)?.diagnostics ?? [];
}

type Report =
  | { readonly kind: 'unchanged'; readonly resultId: string }
  | { readonly kind: 'full'; readonly resultId: string; items: Diagnostic[] };

/** What a result id stands for is what is shown: an edit elsewhere in the file that changes nothing is `unchanged`. */
function reportOf(
  items: readonly Diagnostic[],
  sha256: (text: string) => string,
  previous: string | undefined,
): Report {
  const resultId = sha256(JSON.stringify(items)).slice(0, 24);
  if (resultId === previous) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId } as const;
  return { kind: DocumentDiagnosticReportKind.Full, resultId, items: [...items] } as const;
}

/** A client that pulls would show everything twice: from its first pull on it is not pushed to any more. */
function stopPushing(session: Session): void {
  if (!session.client.pulls || !session.pushes) return;
  session.pushes = false;
  for (const document of session.documents.values()) push(session, document.uri, document.text.version, []);
  for (const uri of session.closed.keys()) push(session, uri, null, []);
}
