// Changes of an organisation's policies: proposed to its hub from here, and listed with what became of them. All of it is
// done by the command, with the token that a person gave once and VS Code keeps.
import path from 'node:path';
import {
  type CommentReply,
  commands,
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  ProgressLocation,
  Range,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  workspace,
} from 'vscode';
import { runKerb } from './kerb.ts';
import { createReview, type Review, type ReviewComment, type Spoken } from './review.ts';

/** A change as `kerb review list --format json` prints it. */
export interface ListedChange {
  readonly id: string;
  readonly state: 'open' | 'published' | 'withdrawn' | 'outdated';
  readonly author: string;
  readonly title: string;
  readonly number: number;
  readonly openedAt: string;
  /** Of open changes, the oldest first. */
  readonly comments?: readonly ReviewComment[];
}

/** What is proposed, where nobody is to be asked. */
interface Proposal {
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
  /** Says something of a change, and shows it; null asks for the words. */
  say(spoken: Spoken, words: string | null): Promise<void>;
  /** What is said of the lines of open changes. */
  readonly review: Review;
  /** Keeps a token for the hub; null asks for it. */
  signIn(token: string | null): Promise<void>;
}

const tokenKey = 'kerb.hub.token';
/** The folder that policies were proposed from last. */
const folderKey = 'kerb.proposed.folder';

/** Makes the view `kerb.changes`. It asks for nothing until somebody does. */
export function createChanges(context: ExtensionContext): Changes {
  const changed = new EventEmitter<undefined>();
  const review = createReview();
  let listed: readonly ListedChange[] = [];
  const provider: TreeDataProvider<ListedChange | ReviewComment> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => (node === undefined ? [...listed] : 'title' in node ? [...(node.comments ?? [])] : []),
    getTreeItem: (node) => ('title' in node ? changeItem(node) : commentItem(node)),
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
    const printed = await ask(
      'Kerb asks the hub',
      ['review', 'list', '--comments', '--format', 'json'],
      context.extensionPath,
    );
    if (printed === null) return null;
    listed = (JSON.parse(printed) as { readonly changes: readonly ListedChange[] }).changes;
    const open = listed.filter(({ state }) => state === 'open').length;
    view.message = open === 0 ? 'Nothing waits for a signature.' : `${open} waiting for signatures`;
    changed.fire(undefined);
    review.show(listed, await proposedFolders(context));
    return listed;
  };
  return {
    refresh,
    signIn,
    review,
    async say({ change, at }, words) {
      const text = words ?? (await window.showInputBox({ title: 'What do you have to say of this change?' }));
      if (!text) return;
      const args = ['review', 'comment', change, `--text=${text}`, ...(at === null ? [] : [`--at=${at}`])];
      if ((await ask('Kerb tells the hub', args, context.extensionPath)) !== null) await refresh();
    },
    async publish(given) {
      await workspace.saveAll(false);
      const proposal = given ?? (await askWhat());
      if (proposal === null) return null;
      const { folder, title } = proposal;
      const cases = told(
        await working('Kerb runs the cases', runKerb(context, { args: ['test', folder], cwd: folder })),
      );
      if (cases === null || (given === null && !(await isConfirmed(context, proposal, cases)))) return null;
      const said = await ask('Kerb proposes the policies', ['publish', folder, `--title=${title}`], folder);
      if (said === null) return null;
      await context.workspaceState.update(folderKey, folder);
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
      for (const part of [view, changed, review]) part.dispose();
    },
  };
}

/** The hub of the settings; without one the command asks the hub that this device belongs to. */
function hubArguments(): readonly string[] {
  const hub = workspace.getConfiguration('kerb').get<string>('hub') ?? '';
  return hub === '' ? [] : ['--hub', hub];
}

/** Where a change may have been proposed from: the last folder first. */
async function proposedFolders(context: ExtensionContext): Promise<readonly string[]> {
  const last = context.workspaceState.get<string>(folderKey);
  return [...(last === undefined ? [] : [last]), ...(await organisationFolders())];
}

async function organisationFolders(): Promise<readonly string[]> {
  const found = await workspace.findFiles('**/organisation.yaml', '**/node_modules/**', 20);
  return found.map(({ fsPath }) => path.dirname(fsPath)).sort();
}

async function askWhat(): Promise<Proposal | null> {
  const folders = await organisationFolders();
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

function changeItem({ id, state, author, title, number, openedAt, comments = [] }: ListedChange): TreeItem {
  const item = new TreeItem(title, comments.length > 0 ? TreeItemCollapsibleState.Expanded : undefined);
  item.id = id;
  item.description = `${state === 'open' ? 'waits' : state} · bundle ${number} · ${author}`;
  item.tooltip = `${title}\nproposed by ${author}, ${openedAt}`;
  item.iconPath = icons[state];
  item.contextValue = state;
  item.command = { command: 'kerb.showChange', title: 'Show', arguments: [id] };
  return item;
}

function commentItem({ id, by, at, text, place, isOutdated }: ReviewComment): TreeItem {
  const item = new TreeItem(text.split('\n')[0] ?? '');
  item.id = id;
  const where = place === null ? '' : ` · ${place.file}:${place.line}`;
  item.description = `${by}${where}${isOutdated ? ' · of an earlier version' : ''}`;
  item.tooltip = `${text}\n${by}, ${at}`;
  item.iconPath = new ThemeIcon('comment');
  if (place !== null) item.command = { command: 'kerb.openReviewComment', title: 'Open', arguments: [id] };
  return item;
}

/** Registers its commands. */
export function registerChanges(context: ExtensionContext, changes: Changes): void {
  context.subscriptions.push(
    commands.registerCommand('kerb.publish', (proposal?: Proposal) => changes.publish(proposal ?? null)),
    commands.registerCommand('kerb.refreshChanges', () => changes.refresh()),
    commands.registerCommand('kerb.showChange', (id: string) => changes.show(id)),
    commands.registerCommand('kerb.commentOnChange', ({ id }: Pick<ListedChange, 'id'>, words?: string) =>
      changes.say({ change: id, at: null }, words ?? null),
    ),
    commands.registerCommand('kerb.replyToReview', async ({ thread, text }: CommentReply) => {
      const spoken = changes.review.spokenOf(thread);
      if (spoken !== null) await changes.say(spoken, text);
    }),
    commands.registerCommand('kerb.openReviewComment', async (id: string) => {
      const place = changes.review.placeOf(id);
      if (place === null) return void window.showInformationMessage('Kerb: what it is about is not in this workspace.');
      const selection = new Range(place.line, 0, place.line, 0);
      await window.showTextDocument(place.uri, { selection });
    }),
    commands.registerCommand('kerb.signInAtHub', (token?: string) => changes.signIn(token ?? null)),
  );
}
