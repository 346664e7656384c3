// What the policy in the editor would find in the workspace, as it is typed, and what is different from the saved one.
import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  Range,
  type TextDocument,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
} from 'vscode';
import {
  messages,
  type PreviewAnswer,
  type PreviewedFinding,
  type PreviewedState,
  type PreviewOutcome,
  type PreviewProgress,
} from '../server/protocol.ts';
import type { Server } from './client.ts';

/** The view, and what it shows. */
export interface Preview extends Disposable {
  /** Something else is shown. */
  readonly onChange: Event<undefined>;
  /** What is shown now. */
  current(): PreviewAnswer | null;
  /** Brings the view up; answers what it shows. */
  show(): Promise<PreviewAnswer | null>;
  /** The rules have changed: asks again. */
  refresh(): void;
}

type Node =
  | {
      readonly kind: 'state';
      readonly state: PreviewedState;
      readonly count: number;
      readonly findings: readonly PreviewedFinding[];
    }
  | { readonly kind: 'finding'; readonly finding: PreviewedFinding };

/** Makes the view `kerb.preview`. */
export function createPreview(server: Server): Preview {
  const changed = new EventEmitter<undefined>();
  let shown: PreviewAnswer | null = null;
  let policy: Uri | null = null;
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => (node === undefined ? statesOf(shown) : node.kind === 'state' ? findingsOf(node) : []),
    getTreeItem: (node) => (node.kind === 'state' ? stateItem(node) : findingItem(node.finding)),
  };
  const view = window.createTreeView('kerb.preview', { treeDataProvider: provider });
  const draw = (answer: PreviewAnswer): void => {
    shown = answer;
    view.description = answer.id;
    view.message = wordsOf(answer.outcome);
    changed.fire(undefined);
  };
  /** Leaves the view as it is where the file is no policy, and where a newer text is asked about meanwhile. */
  const ask = async (uri: Uri): Promise<void> => {
    const hear = (progress: PreviewProgress): void => {
      view.description = progress.id;
      view.message = wordsSoFar(progress);
    };
    const answer = await server
      .follow<PreviewAnswer | null, PreviewProgress>(messages.preview, { uri: uri.toString() }, hear)
      .catch((error: unknown) => {
        view.message = String(error);
        return null;
      });
    if (answer === null) return;
    policy = uri;
    if (answer.outcome.kind !== 'overtaken') draw(answer);
  };
  const follow = async (document: TextDocument | undefined): Promise<void> => {
    if (document !== undefined && /\.(ya?ml|md)$/.test(document.fileName)) await ask(document.uri);
  };
  const again = async (): Promise<void> => (policy === null ? follow(window.activeTextEditor?.document) : ask(policy));
  const listening = [
    window.onDidChangeActiveTextEditor((editor) => void follow(editor?.document)),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (policy !== null && stemOf(document.uri) === stemOf(policy)) void ask(policy);
    }),
    workspace.onDidSaveTextDocument(() => void again()),
  ];
  return {
    onChange: changed.event,
    current: () => shown,
    async show() {
      await commands.executeCommand('kerb.preview.focus');
      await follow(window.activeTextEditor?.document);
      return shown;
    },
    refresh: () => void again(),
    dispose() {
      for (const part of [...listening, view, changed]) part.dispose();
    },
  };
}

/** A policy and its page have one. */
function stemOf(uri: Uri): string {
  return uri.toString().replace(/\.(ya?ml|md)$/, '');
}

function wordsSoFar({ looked, files, counts: { added, kept } }: PreviewProgress): string {
  const found = added + kept;
  return `${found} finding${found === 1 ? '' : 's'} in ${looked} of ${files} files so far…`;
}

/** How many findings there are, and how many more or fewer than the saved policy has. */
function wordsOf(outcome: PreviewOutcome): string {
  if (outcome.kind === 'problem') return `The policy cannot judge as it is: ${outcome.message}`;
  if (outcome.kind === 'overtaken') return '';
  const { counts, files, omitted } = outcome;
  const found = counts.added + counts.kept;
  const room = omitted === 0 ? '' : ` There was no room for ${omitted} more.`;
  const difference = counts.added + counts.vanished === 0 ? 'as saved' : `${counts.added} new, ${counts.vanished} gone`;
  return `${found} finding${found === 1 ? '' : 's'} in ${files} files: ${difference}.${room}`;
}

const titles: Readonly<Record<PreviewedState, string>> = { added: 'New', vanished: 'Gone', kept: 'As saved' };
const icons: Readonly<Record<PreviewedState, ThemeIcon>> = {
  added: new ThemeIcon('diff-added', new ThemeColor('gitDecoration.addedResourceForeground')),
  vanished: new ThemeIcon('diff-removed', new ThemeColor('gitDecoration.deletedResourceForeground')),
  kept: new ThemeIcon('circle-outline'),
};

function statesOf(shown: PreviewAnswer | null): Node[] {
  if (shown?.outcome.kind !== 'judged') return [];
  const { counts, findings } = shown.outcome;
  return (['added', 'vanished', 'kept'] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => ({
      kind: 'state',
      state,
      count: counts[state],
      findings: findings.filter((finding) => finding.state === state),
    }));
}

function findingsOf({ findings }: { readonly findings: readonly PreviewedFinding[] }): Node[] {
  return findings.map((finding) => ({ kind: 'finding', finding }));
}

function stateItem({ state, count, findings }: Extract<Node, { kind: 'state' }>): TreeItem {
  const item = new TreeItem(titles[state], TreeItemCollapsibleState.Expanded);
  item.id = state;
  item.description = count > findings.length ? `${count}, the first ${findings.length}` : String(count);
  item.iconPath = icons[state];
  return item;
}

function findingItem({ message, resource, file, uri, start, end }: PreviewedFinding): TreeItem {
  // The view is narrow, and the messages of one policy are often alike.
  const item = new TreeItem(`${file.slice(file.lastIndexOf('/') + 1)}:${start.line + 1}`);
  item.description = message;
  item.tooltip = `${file}:${start.line + 1}\n${resource}: ${message}`;
  const selection = new Range(start.line, start.character, end.line, end.character);
  item.command = { command: 'vscode.open', title: 'Open', arguments: [Uri.parse(uri), { selection, preview: true }] };
  return item;
}
