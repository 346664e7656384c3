// Changes of an organisation's policies: proposed to its hub from here, and listed with what became of them. All of it is
// done by the command, with the token that a person gave once and VS Code keeps.
import path from 'node:path';
import {
  commands,
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  ProgressLocation,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  window,
  workspace,
} from 'vscode';
import { runKerb } from './kerb.ts';

/** A change as `kerb review list --format json` prints it. */
export interface ListedChange {
  readonly id: string;
  readonly state: 'open' | 'published' | 'withdrawn' | 'outdated';
  readonly author: string;
  readonly title: string;
  readonly number: number;
  readonly openedAt: string;
}

/** What is proposed, where nobody is to be asked. */
export interface Proposal {
  /** The folder that holds organisation.yaml. */
  readonly folder: string;
  readonly title: string;
}

/** The view, and what can be done in it. */
export interface Changes extends Disposable {
  /** Asks the hub. Null where it does not answer, which a message tells. */
  refresh(): Promise<readonly ListedChange[] | null>;
  /** Runs the cases, shows what the policies would have decided, and proposes them. The hub's words; null where it came to nothing. */
  publish(proposal: Proposal | null): Promise<string | null>;
  /** What a change alters, and what its replay says, as text. */
  show(id: string): Promise<void>;
  /** Keeps a token for the hub; null asks for it. */
  signIn(token: string | null): Promise<void>;
}

const tokenKey = 'kerb.hub.token';

/** Makes the view `kerb.changes`. It asks for nothing until somebody does. */
export function createChanges(context: ExtensionContext): Changes {
  const changed = new EventEmitter<undefined>();
  let listed: readonly ListedChange[] = [];
  const provider: TreeDataProvider<ListedChange> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => (node === undefined ? [...listed] : []),
    getTreeItem: changeItem,
  };
  const view = window.createTreeView('kerb.changes', { treeDataProvider: provider });

  const signIn = async (given: string | null): Promise<void> => {
    const token =
      given ??
      (await window.showInputBox({
        title: 'Your token at the hub',
        password: true,
        prompt: 'VS Code keeps it for you',
      }));
    if (token) await context.secrets.store(tokenKey, token.trim());
  };
  /** At the hub, as the person whose token it is. Null where it failed, which a message tells. */
  const ask = async (title: string, args: readonly string[], cwd: string): Promise<string | null> => {
    if ((await context.secrets.get(tokenKey)) === undefined) await signIn(null);
    const token = await context.secrets.get(tokenKey);
    if (token === undefined) return null;
    const env = { KERB_HUB_TOKEN: token };
    return told(await working(title, runKerb(context, { args: [...args, ...hubArguments()], cwd, env })));
  };
  const refresh = async (): Promise<readonly ListedChange[] | null> => {
    const printed = await ask('Kerb asks the hub', ['review', 'list', '--format', 'json'], context.extensionPath);
    if (printed === null) return null;
    listed = (JSON.parse(printed) as { readonly changes: readonly ListedChange[] }).changes;
    const open = listed.filter(({ state }) => state === 'open').length;
    view.message = open === 0 ? 'Nothing waits for a signature.' : `${open} waiting for signatures`;
    changed.fire(undefined);
    return listed;
  };
  return {
    refresh,
    signIn,
    async publish(given) {
      await workspace.saveAll(false);
      const proposal = given ?? (await askWhat());
      if (proposal === null) return null;
      const { folder, title } = proposal;
      const cases = told(
        await working('Kerb runs the cases', runKerb(context, { args: ['test', folder], cwd: folder })),
      );
      if (cases === null || (given === null && !(await isConfirmed(context, proposal, cases)))) return null;
      const said = await ask('Kerb proposes the policies', ['publish', folder, '--title', title], folder);
      if (said === null) return null;
      void window.showInformationMessage(`Kerb: ${said.split('\n')[0]}`);
      await refresh();
      return said;
    },
    async show(id) {
      const content = await ask('Kerb verifies the change', ['review', 'show', id], context.extensionPath);
      if (content === null) return;
      await window.showTextDocument(await workspace.openTextDocument({ content, language: 'diff' }), { preview: true });
    },
    dispose() {
      for (const part of [view, changed]) part.dispose();
    },
  };
}

/** The hub of the settings; without one the command asks the hub that this device belongs to. */
function hubArguments(): readonly string[] {
  const hub = workspace.getConfiguration('kerb').get<string>('hub') ?? '';
  return hub === '' ? [] : ['--hub', hub];
}

async function askWhat(): Promise<Proposal | null> {
  const found = await workspace.findFiles('**/organisation.yaml', '**/node_modules/**', 20);
  const folders = found.map(({ fsPath }) => path.dirname(fsPath)).sort();
  if (folders.length === 0) {
    void window.showInformationMessage('Kerb: no folder of this workspace holds an organisation.yaml.');
    return null;
  }
  const folder = folders.length === 1 ? folders[0] : await window.showQuickPick(folders, { title: 'Which policies?' });
  if (folder === undefined) return null;
  const title = await window.showInputBox({ title: 'What changes, and why', prompt: 'For the reviewers' });
  return title ? { folder, title } : null;
}

/** Shows how the cases came out and what would have been decided otherwise, before anybody else sees the proposal. */
async function isConfirmed(context: ExtensionContext, { folder, title }: Proposal, cases: string): Promise<boolean> {
  const replayed = await working(
    'Kerb judges recent commits once more',
    runKerb(context, { args: ['replay', folder, '--seconds', '30'], cwd: folder }),
  );
  const impact = typeof replayed === 'string' ? replayed : `No replay: ${replayed.error}`;
  const detail = `${cases.trim().split('\n').at(-1)}\n\n${impact.split('\n').slice(0, 12).join('\n')}`;
  const choice = await window.showInformationMessage(`Propose “${title}”?`, { modal: true, detail }, 'Propose');
  return choice === 'Propose';
}

function working<T>(title: string, work: Promise<T>): Thenable<T> {
  return window.withProgress({ location: ProgressLocation.Notification, title }, () => work);
}

function told(answer: string | { readonly error: string }): string | null {
  if (typeof answer === 'string') return answer;
  void window.showErrorMessage(`Kerb: ${answer.error}`);
  return null;
}

const icons: Readonly<Record<ListedChange['state'], ThemeIcon>> = {
  open: new ThemeIcon('git-pull-request'),
  published: new ThemeIcon('pass'),
  withdrawn: new ThemeIcon('circle-slash'),
  outdated: new ThemeIcon('history'),
};

function changeItem({ id, state, author, title, number, openedAt }: ListedChange): TreeItem {
  const item = new TreeItem(title);
  item.id = id;
  item.description = `${state === 'open' ? 'waits' : state} · bundle ${number} · ${author}`;
  item.tooltip = `${title}\nproposed by ${author}, ${openedAt}`;
  item.iconPath = icons[state];
  item.command = { command: 'kerb.showChange', title: 'Show', arguments: [id] };
  return item;
}

/** Registers its commands. */
export function registerChanges(context: ExtensionContext, changes: Changes): void {
  context.subscriptions.push(
    commands.registerCommand('kerb.publish', (proposal?: Proposal) => changes.publish(proposal ?? null)),
    commands.registerCommand('kerb.refreshChanges', () => changes.refresh()),
    commands.registerCommand('kerb.showChange', (id: string) => changes.show(id)),
    commands.registerCommand('kerb.signInAtHub', (token?: string) => changes.signIn(token ?? null)),
  );
}
