// `kerb/checkWorkspace`: judges everything and pushes what it finds, also for files that are not open.
import type { CancellationToken, WorkDoneProgressReporter } from 'vscode-languageserver';
import type { CheckParams, CheckResult } from './protocol.ts';
import { showClosed } from './publish.ts';
import type { Session } from './session.ts';
import { canonical } from './uri.ts';
import { judgeWorkspace } from './workspace.ts';

/** Answers once every file was judged, or the client cancelled by the request or in the progress. */
export async function check(session: Session, params: CheckParams, token: CancellationToken): Promise<CheckResult> {
  const progress = await progressOf(session, params);
  const own = new Set([...session.ownFiles.values()].flat());
  const stale = new Set([...session.closed.keys()].filter((uri) => !own.has(uri)));
  let findings = 0;
  const cancelled = (): boolean => token.isCancellationRequested || progress.cancelled();
  const complain = (message: string): void => void session.connection.window.showWarningMessage(message);
  const files = await judgeWorkspace(session, { cancelled, complain, progress: progress.reporter }, (batch) => {
    for (const { uri, version, diagnostics } of batch) {
      findings += diagnostics.length;
      stale.delete(canonical(uri));
      // An open document is pushed as it changes.
      if (version === null) showClosed(session, uri, diagnostics);
    }
  });
  if (!cancelled()) {
    for (const uri of stale) showClosed(session, uri, []);
    session.checked = true;
  }
  return { files, findings, cancelled: cancelled() };
}

interface Progress {
  readonly reporter: WorkDoneProgressReporter;
  cancelled(): boolean;
}

async function progressOf({ connection, client }: Session, params: CheckParams): Promise<Progress> {
  const { workDoneToken } = params;
  if (workDoneToken !== undefined) {
    const reporter = connection.window.attachWorkDoneProgress(workDoneToken);
    return { reporter, cancelled: () => false };
  }
  if (!client.progress) return { reporter: silent, cancelled: () => false };
  const reporter = await connection.window.createWorkDoneProgress();
  return { reporter, cancelled: () => reporter.token.isCancellationRequested };
}

const silent: WorkDoneProgressReporter = { begin() {}, report() {}, done() {} };
