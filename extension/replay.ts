// What the policy in the editor, saved or not, would have decided of this machine's recent commits: `kerb replay` in a view.
import path from 'node:path';
import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  type ExtensionContext,
  ProgressLocation,
  type TextDocument,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type Uri,
  window,
  workspace,
} from 'vscode';
import { runKerb } from './kerb.ts';

/** A decision that would be another one, as `kerb replay --format json` prints it. */
interface TurnedDecision {
  readonly at: string;
  readonly repository: string;
  readonly commit: { readonly id: string; readonly subject: string } | null;
  readonly transition: Transition;
  readonly policies: readonly string[];
}

type Transition = 'allowToDeny' | 'denyToAllow' | 'toNoVerdict' | 'fromNoVerdict';

interface Printed {
  readonly decisions: number;
  readonly replayed: number;
  readonly turned: readonly TurnedDecision[];
}

/** What became of a policy's replay. */
export interface ReplayedPolicy {
  readonly policy: Uri;
  /** Decisions that were looked at, and those that could be replayed. */
  readonly decisions: number;
  readonly replayed: number;
  /** Those that this policy has a part in. */
  readonly turned: readonly TurnedDecision[];
}

/** The view, and what it shows. */
export interface Replay extends Disposable {
  readonly onChange: Event<undefined>;
  /** Of a policy as it is now; null where that is not known. */
  of(policy: Uri): ReplayedPolicy | null;
  /** Replays the policy in the editor, and brings the view up. Null where that is none, or nobody waits any more. */
  run(): Promise<ReplayedPolicy | null>;
}

/** Makes the view `kerb.replay`. */
export function createReplay(context: ExtensionContext): Replay {
  const changed = new EventEmitter<undefined>();
  let shown: ReplayedPolicy | null = null;
  const provider: TreeDataProvider<Transition | TurnedDecision> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) =>
      node === undefined ? transitionsOf(shown) : typeof node === 'string' ? decisionsOf(shown, node) : [],
    getTreeItem: (node) => (typeof node === 'string' ? transitionItem(node, shown) : decisionItem(node)),
  };
  const view = window.createTreeView('kerb.replay', { treeDataProvider: provider });
  const draw = (next: ReplayedPolicy | null): void => {
    shown = next;
    view.message = next === null ? '' : wordsOf(next);
    changed.fire(undefined);
  };
  const listening = workspace.onDidChangeTextDocument(({ document }) => {
    if (document.uri.toString() === shown?.policy.toString()) draw(null);
  });
  return {
    onChange: changed.event,
    of: (policy) => (shown?.policy.toString() === policy.toString() ? shown : null),
    async run() {
      const document = window.activeTextEditor?.document;
      if (document === undefined || !/\.ya?ml$/.test(document.fileName)) {
        void window.showInformationMessage('Kerb: open one of your policies.');
        return null;
      }
      const replayed = await replay(context, document);
      if (replayed === null) return null;
      draw(replayed);
      await commands.executeCommand('kerb.replay.focus');
      return replayed;
    },
    dispose() {
      for (const part of [listening, view, changed]) part.dispose();
    },
  };
}

/** Runs the command on the text as it stands. Null where it says why not, which a message tells. */
async function replay(context: ExtensionContext, document: TextDocument): Promise<ReplayedPolicy | null> {
  const file = document.uri.fsPath;
  const args = ['replay', '--stdin-path', file, '--format', 'json', '--seconds', '60'];
  const call = { args, cwd: path.dirname(file), input: document.getText() };
  const options = {
    location: ProgressLocation.Notification,
    title: 'Kerb judges recent commits once more',
    cancellable: true,
  };
  const printed = await window.withProgress(options, async (_progress, token) => {
    const answer = await runKerb(context, { ...call, token });
    return token.isCancellationRequested ? null : answer;
  });
  if (printed === null) return null;
  if (typeof printed !== 'string') {
    void window.showWarningMessage(`Kerb: ${printed.error}`);
    return null;
  }
  const { decisions, replayed, turned } = JSON.parse(printed) as Printed;
  const id = file
    .split(path.sep)
    .slice(-2)
    .join('/')
    .replace(/\.ya?ml$/, '');
  return { policy: document.uri, decisions, replayed, turned: turned.filter(({ policies }) => policies.includes(id)) };
}

const titles: Readonly<Record<Transition, string>> = {
  allowToDeny: 'Passed, and would be denied',
  denyToAllow: 'Denied, and would pass',
  toNoVerdict: 'Would be left without a verdict',
  fromNoVerdict: 'Would get a verdict',
};
const icons: Readonly<Record<Transition, ThemeIcon>> = {
  allowToDeny: new ThemeIcon('circle-slash', new ThemeColor('errorForeground')),
  denyToAllow: new ThemeIcon('pass', new ThemeColor('testing.iconPassed')),
  toNoVerdict: new ThemeIcon('question'),
  fromNoVerdict: new ThemeIcon('question'),
};

/** `3 commits would be denied, 1 would pass`; for the lens. */
export function turnedTitle({ turned }: ReplayedPolicy): string {
  const of = (transition: Transition): number => turned.filter((each) => each.transition === transition).length;
  const [denied, passed] = [of('allowToDeny'), of('denyToAllow')];
  const broken = of('toNoVerdict');
  if (turned.length === 0) return 'Nothing of the last 30 days would be decided otherwise';
  const left = broken === 0 ? '' : `, ${broken} left without a verdict`;
  return `Of the last 30 days ${denied} would be denied, ${passed} would pass${left}`;
}

function wordsOf({ decisions, replayed, turned }: ReplayedPolicy): string {
  const missed = decisions - replayed;
  const left = missed === 0 ? '' : ` ${missed} could not be replayed: kerb replay says why.`;
  return `${turned.length} of ${replayed} decisions of the last 30 days would be others by this policy.${left}`;
}

function transitionsOf(shown: ReplayedPolicy | null): Transition[] {
  const kinds = Object.keys(titles) as Transition[];
  return kinds.filter((kind) => decisionsOf(shown, kind).length > 0);
}

function decisionsOf(shown: ReplayedPolicy | null, kind: Transition): TurnedDecision[] {
  return (shown?.turned ?? []).filter(({ transition }) => transition === kind);
}

function transitionItem(kind: Transition, shown: ReplayedPolicy | null): TreeItem {
  const item = new TreeItem(titles[kind], TreeItemCollapsibleState.Expanded);
  item.id = kind;
  item.description = String(decisionsOf(shown, kind).length);
  item.iconPath = icons[kind];
  return item;
}

function decisionItem({ at, repository, commit, policies }: TurnedDecision): TreeItem {
  const item = new TreeItem(commit?.subject || 'What was never committed');
  item.description = `${commit === null ? '' : `${commit.id.slice(0, 12)} · `}${at.slice(0, 10)}`;
  item.tooltip = `${repository}, ${at}: ${policies.join(', ')}`;
  return item;
}
