// The status item: how many findings are open in the editor, and whether the rules could be read.
import { type Disposable, languages, MarkdownString, StatusBarAlignment, ThemeColor, window } from 'vscode';
import type { DaemonState, Status } from '../server/protocol.ts';
import { countFindings } from './diagnostics.ts';

/** The status item. */
export interface StatusItem extends Disposable {
  starting(): void;
  failed(reason: string): void;
  show(status: Status): void;
}

/** Makes the item and keeps its number up to date. */
export function createStatus(): StatusItem {
  const item = window.createStatusBarItem('kerb.status', StatusBarAlignment.Left, 10);
  item.name = 'Kerb';
  item.command = 'kerb.findings.focus';
  let told: Status | null = null;
  const draw = (): void => {
    if (told === null) return;
    const found = countFindings();
    const faults = told.problems.length;
    item.text = faults > 0 ? `$(warning) Kerb ${found}` : `$(law) Kerb ${found}`;
    item.backgroundColor = faults > 0 ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    item.tooltip = tooltipOf(told, found);
  };
  const listening = languages.onDidChangeDiagnostics(draw);
  item.show();
  return {
    starting() {
      told = null;
      item.text = '$(loading~spin) Kerb';
      item.backgroundColor = undefined;
      item.tooltip = 'Kerb is starting';
    },
    failed(reason) {
      told = null;
      item.text = '$(error) Kerb';
      item.backgroundColor = new ThemeColor('statusBarItem.errorBackground');
      item.tooltip = `Kerb does not run, nothing is judged: ${reason}`;
    },
    show(status) {
      told = status;
      draw();
    },
    dispose() {
      listening.dispose();
      item.dispose();
    },
  };
}

function tooltipOf(status: Status, found: number): MarkdownString {
  const text = new MarkdownString(
    `**Kerb**: ${found} finding${found === 1 ? '' : 's'}, ${status.policies} policies in force\n\n${daemonLine(status.daemon)}\n\n`,
  );
  for (const problem of status.problems.slice(0, 10))
    text.appendMarkdown('- ').appendText(problem).appendMarkdown('\n');
  if (status.problems.length > 10) text.appendMarkdown(`- and ${status.problems.length - 10} more`);
  return text;
}

function daemonLine(daemon: DaemonState): string {
  switch (daemon.kind) {
    case 'none':
      return 'No daemon: the setting `kerb.daemon.start` is off';
    case 'starting':
      return 'The daemon is starting';
    case 'running':
      return `The daemon runs (process ${daemon.pid})`;
    case 'absent':
      return 'No daemon runs: what is known already goes on to govern (*Kerb: Restart the Daemon*)';
  }
}
