// The catalogue: every policy in force, by domain; searched by name, control or what another tool calls it.
import {
  type Disposable,
  EventEmitter,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  window,
} from 'vscode';
import { type CatalogueEntry, type CatalogueResult, messages } from '../server/protocol.ts';
import type { Server } from './client.ts';

type Node =
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'policy'; readonly policy: CatalogueEntry };

/** The view, and the entries for the search. */
export interface Catalogue extends Disposable {
  entries(): Promise<readonly CatalogueEntry[]>;
  refresh(): void;
}

/** Makes the view `kerb.catalogue`. */
export function createCatalogue(server: Server): Catalogue {
  const changed = new EventEmitter<undefined>();
  let asked: Promise<readonly CatalogueEntry[]> | null = null;
  const entries = (): Promise<readonly CatalogueEntry[]> => {
    asked ??= server.request<CatalogueResult>(messages.catalogue, {}).then(
      ({ policies }) => policies,
      () => {
        asked = null; // Not running: the view fills when the server tells its status.
        return [];
      },
    );
    return asked;
  };
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) => (node.kind === 'domain' ? domainItem(node.name) : policyItem(node.policy)),
    async getChildren(node): Promise<Node[]> {
      const policies = await entries();
      if (node?.kind === 'policy') return [];
      if (node?.kind === 'domain')
        return policies.filter(({ id }) => domainOf(id) === node.name).map((policy) => ({ kind: 'policy', policy }));
      return [...new Set(policies.map(({ id }) => domainOf(id)))].sort().map((name) => ({ kind: 'domain', name }));
    },
  };
  const view = window.createTreeView('kerb.catalogue', { treeDataProvider: provider, showCollapseAll: true });
  return {
    entries,
    refresh() {
      asked = null;
      changed.fire(undefined);
    },
    dispose() {
      view.dispose();
      changed.dispose();
    },
  };
}

function domainOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

function domainItem(name: string): TreeItem {
  const item = new TreeItem(name, TreeItemCollapsibleState.Collapsed);
  item.id = name;
  item.iconPath = new ThemeIcon('folder-library');
  return item;
}

function policyItem(policy: CatalogueEntry): TreeItem {
  const item = new TreeItem(policy.title);
  item.id = policy.id;
  item.description = `${policy.id.slice(policy.id.indexOf('/') + 1)} · ${policy.enforcement}`;
  item.tooltip = `${policy.id} (${policy.severity})\n${policy.why}\n${[...policy.controls, ...policy.equivalents].join(', ')}`;
  item.contextValue = policy.source === null ? 'policy' : 'ownPolicy';
  item.iconPath = new ThemeIcon(policy.enforcement === 'off' ? 'circle-slash' : 'law');
  item.command = { command: 'kerb.explain', title: 'Explain', arguments: [policy.id] };
  return item;
}
