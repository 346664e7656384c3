// The tree of findings, by policy or by file.
import {
  commands,
  DiagnosticSeverity,
  type Disposable,
  EventEmitter,
  languages,
  type Memento,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
} from 'vscode';
import { type Shown, shownFindings } from './diagnostics.ts';

/** How the tree is grouped. */
type Grouping = 'policy' | 'file';

type Node = Group | Leaf;
interface Group {
  readonly kind: 'group';
  readonly by: Grouping;
  readonly label: string;
  readonly uri: Uri | null;
  readonly findings: readonly Shown[];
}
interface Leaf {
  readonly kind: 'leaf';
  readonly by: Grouping;
  readonly finding: Shown;
}

/** The view. */
export interface Findings extends Disposable {
  groupBy(grouping: Grouping): void;
}

const memory = 'kerb.findings.grouping';

/** Makes the view `kerb.findings`. */
export function createFindings(memento: Memento): Findings {
  const changed = new EventEmitter<undefined>();
  let grouping: Grouping = memento.get<Grouping>(memory) ?? 'policy';
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => (node === undefined ? groups(grouping) : node.kind === 'group' ? leaves(node) : []),
    getTreeItem: (node) => (node.kind === 'group' ? groupItem(node) : leafItem(node)),
  };
  const view = window.createTreeView('kerb.findings', { treeDataProvider: provider, showCollapseAll: true });
  const draw = (): void => {
    const count = shownFindings().length;
    view.badge = count === 0 ? undefined : { value: count, tooltip: `${count} findings of Kerb` };
    changed.fire(undefined);
  };
  const remember = (): void => void commands.executeCommand('setContext', 'kerb.findings.grouping', grouping);
  const listening = languages.onDidChangeDiagnostics(draw);
  remember();
  draw();
  return {
    groupBy(next) {
      grouping = next;
      void memento.update(memory, next);
      remember();
      changed.fire(undefined);
    },
    dispose() {
      for (const part of [listening, view, changed]) part.dispose();
    },
  };
}

function groups(by: Grouping): Group[] {
  const found = new Map<string, Shown[]>();
  for (const finding of shownFindings()) {
    const key = by === 'policy' ? finding.policy : finding.uri.toString();
    const list = found.get(key);
    if (list === undefined) found.set(key, [finding]);
    else list.push(finding);
  }
  return [...found]
    .map(([key, findings]): Group => {
      const uri = by === 'file' ? Uri.parse(key) : null;
      return { kind: 'group', by, label: uri === null ? key : workspace.asRelativePath(uri), uri, findings };
    })
    .sort((a, b) => worst(a) - worst(b) || a.label.localeCompare(b.label));
}

function worst(group: Group): number {
  return Math.min(...group.findings.map(({ diagnostic }) => diagnostic.severity));
}

function leaves(group: Group): Leaf[] {
  return group.findings.map((finding) => ({ kind: 'leaf', by: group.by, finding }));
}

function groupItem(group: Group): TreeItem {
  const item = new TreeItem(group.label, TreeItemCollapsibleState.Collapsed);
  item.id = `${group.by}:${group.label}`;
  item.description = String(group.findings.length);
  item.contextValue = group.by;
  item.iconPath = group.uri === null ? iconOf(worst(group)) : ThemeIcon.File;
  if (group.uri !== null) item.resourceUri = group.uri;
  return item;
}

function leafItem({ by, finding }: Leaf): TreeItem {
  const { diagnostic, uri, policy } = finding;
  const { start } = diagnostic.range;
  const item = new TreeItem(diagnostic.message);
  item.description =
    by === 'policy' ? `${workspace.asRelativePath(uri)}:${start.line + 1}` : `${policy} · line ${start.line + 1}`;
  item.tooltip = `${policy}: ${diagnostic.message}`;
  item.contextValue = 'finding';
  item.iconPath = iconOf(diagnostic.severity);
  item.command = { command: 'vscode.open', title: 'Open', arguments: [uri, { selection: diagnostic.range }] };
  return item;
}

function iconOf(severity: number): ThemeIcon {
  if (severity === DiagnosticSeverity.Error) return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  if (severity === DiagnosticSeverity.Warning)
    return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  return new ThemeIcon('info');
}
