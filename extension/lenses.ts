// Above a policy: whether its cases pass, what it would do, why it is. Above each case of a page: how it comes out.
import {
  CodeLens,
  type CodeLensProvider,
  type Command,
  type Disposable,
  EventEmitter,
  languages,
  Range,
  type TextDocument,
  Uri,
  ViewColumn,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { type CasesAnswer, type JudgedCase, messages } from '../server/protocol.ts';
import type { Server } from './client.ts';
import type { Mutation } from './mutation.ts';
import type { Preview } from './preview.ts';
import { type Replay, turnedTitle } from './replay.ts';

/** What lenses show beside the cases. */
export interface Known {
  readonly preview: Preview;
  readonly mutation: Mutation;
  readonly replay: Replay;
}

/** Registers the lenses. */
export function registerLenses(server: Server, known: Known): Disposable {
  const changed = new EventEmitter<void>();
  /** Policies and pages that were seen: what is typed into one shows above the other. */
  const seen = new Set<string>();
  const provider: CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    async provideCodeLenses(document) {
      const uri = document.uri.toString();
      // Without a server there is nothing to show; the status item says why.
      const answer = await server.request<CasesAnswer | null>(messages.cases, { uri }).catch(() => null);
      if (answer === null) return [];
      for (const each of [answer.policy, answer.page]) seen.add(Uri.parse(each).toString());
      return document.fileName.endsWith('.md') ? pageLenses(document, answer) : policyLenses(answer, known);
    },
  };
  const selector = ['file', 'vscode-remote'].map((scheme) => ({ pattern: '**/*.{yaml,yml,md}', scheme }));
  const parts = [
    languages.registerCodeLensProvider(selector, provider),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (seen.has(document.uri.toString())) changed.fire();
    }),
    ...[known.preview, known.mutation, known.replay].map((part) => part.onChange(() => changed.fire())),
    changed,
  ];
  return { dispose: () => parts.forEach((part) => void part.dispose()) };
}

/** Opens a policy's page beside it, or the policy beside its page. A page that is not there yet is begun. */
export async function openBeside(uri: string): Promise<void> {
  const file = Uri.parse(uri);
  if (file.path.endsWith('.md')) {
    const edit = new WorkspaceEdit();
    edit.createFile(file, { ignoreIfExists: true, contents: new TextEncoder().encode(pageBegun(file)) });
    await workspace.applyEdit(edit);
  }
  const document = await workspace.openTextDocument(file);
  await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true });
}

/** Its heading is the policy's id. */
function pageBegun({ path }: Uri): string {
  return `# ${path.replace(/\.md$/, '').split('/').slice(-2).join('/')}\n`;
}

/** Draws a case as it is judged. */
export async function acceptCase(uri: Uri, { first, last, drawn }: JudgedCase): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(uri, new Range(first, 0, last, 0), drawn === '' ? '' : `${drawn}\n`);
  await workspace.applyEdit(edit);
}

const top = new Range(0, 0, 0, 0);

/** VS Code leaves out a common blank behind an icon. */
function titled(icon: string, words: string): string {
  return `$(${icon})\u00a0${words}`;
}

function policyLenses(
  { id, policy, page, problem, faults, cases }: CasesAnswer,
  { preview, mutation, replay }: Known,
): CodeLens[] {
  const lens = (command: Command): CodeLens => new CodeLens(top, command);
  return [
    lens({ title: casesTitle(problem, faults, cases), command: 'kerb.openBeside', arguments: [page] }),
    lens({ title: mutationTitle(mutation.scoreOf(Uri.parse(policy))), command: 'kerb.mutate', arguments: [policy] }),
    lens({ title: previewTitle(id, preview), command: 'kerb.previewPolicy' }),
    lens({ title: replayTitle(replay.of(Uri.parse(policy))), command: 'kerb.replayPolicy' }),
    lens({ title: titled('question', 'Explain'), command: 'kerb.explain', arguments: [id] }),
  ];
}

function casesTitle(problem: string, faults: readonly string[], cases: readonly JudgedCase[]): string {
  if (problem !== '') return titled('circle-slash', 'No cases run');
  const failed = cases.filter(({ outcome }) => outcome === 'failed').length;
  const count = `${cases.length} case${cases.length === 1 ? '' : 's'}`;
  if (failed > 0) return titled('error', `${failed} of ${count} not as drawn`);
  const [fault] = faults;
  // What follows the colon says why that is one.
  return fault === undefined ? titled('pass', `${count} as drawn`) : titled('warning', fault.replace(/:.*/, ''));
}

function mutationTitle(score: ReturnType<Mutation['scoreOf']>): string {
  if (score === null) return titled('beaker', 'Do they prove anything?');
  return titled('beaker', `${score.noticed} of ${score.mutants} mistakes noticed`);
}

function previewTitle(id: string, preview: Preview): string {
  const shown = preview.current();
  if (shown?.id !== id || shown.outcome.kind !== 'judged') return titled('eye', 'What it would do');
  const { added, kept, vanished } = shown.outcome.counts;
  const found = added + kept;
  const difference = added + vanished === 0 ? '' : ` (${added} new, ${vanished} gone)`;
  return titled('eye', `${found} finding${found === 1 ? '' : 's'} in the workspace${difference}`);
}

function replayTitle(replayed: ReturnType<Replay['of']>): string {
  return titled('history', replayed === null ? 'What it would have decided' : turnedTitle(replayed));
}

function pageLenses(document: TextDocument, { policy, cases }: CasesAnswer): CodeLens[] {
  const beside = { title: titled('law', 'The policy'), command: 'kerb.openBeside', arguments: [policy] };
  return [new CodeLens(top, beside), ...cases.flatMap((one) => caseLenses(document, one))];
}

function caseLenses({ uri }: TextDocument, one: JudgedCase): CodeLens[] {
  const range = new Range(one.first - 1, 0, one.first - 1, 0);
  const step = {
    title: titled('debug-alt', 'Step through'),
    command: 'kerb.stepThroughCase',
    arguments: [uri, one.first, one.name],
  };
  const accept = {
    title: titled('check', 'Accept what the policy finds'),
    command: 'kerb.acceptCase',
    arguments: [uri, one],
  };
  const isDrawnOtherwise = one.outcome === 'failed' && one.written !== one.drawn;
  const said = isDrawnOtherwise ? accept : { title: outcomeTitle(one), command: '' };
  return [new CodeLens(range, said), new CodeLens(range, step)];
}

function outcomeTitle({ outcome, message }: JudgedCase): string {
  if (outcome === 'failed') return titled('error', message);
  return outcome === 'passed' ? titled('pass', 'as drawn') : titled('circle-slash', 'skipped');
}
