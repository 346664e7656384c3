// The commands of the palette and of the views.
import {
  commands,
  type Diagnostic,
  type ExtensionContext,
  languages,
  type QuickPickItem,
  type TestItem,
  Uri,
  window,
  workspace,
} from 'vscode';
import {
  type CatalogueEntry,
  type CheckResult,
  type DaemonStatusResult,
  type MutationAnswer,
  messages,
} from '../server/protocol.ts';
import { askException, fixAll, giveFeedback, suppress } from './act.ts';
import type { Catalogue } from './catalogue.ts';
import type { Server } from './client.ts';
import { stepThroughCase, stepThroughFile } from './debug/register.ts';
import { policyOf, type Shown } from './diagnostics.ts';
import type { Findings } from './findings.ts';
import { acceptCase, openBeside } from './lenses.ts';
import type { Mutation } from './mutation.ts';
import { newPolicy } from './newPolicy.ts';
import { openPage } from './pages.ts';
import type { Preview } from './preview.ts';
import type { Replay } from './replay.ts';
import type { Cases } from './tests.ts';
import { writePolicyHere } from './writePolicy.ts';

/** What the commands work on. */
export interface Parts {
  readonly server: Server;
  readonly catalogue: Catalogue;
  readonly findings: Findings;
  readonly cases: Cases;
  readonly preview: Preview;
  readonly mutation: Mutation;
  readonly replay: Replay;
}

/** What a command may be given: nothing by the palette, an id by a link, an element by a view. */
type Target =
  | string
  | { readonly policy: CatalogueEntry }
  | { readonly finding: Shown }
  | { readonly label: string }
  | TestItem
  | { readonly test: TestItem }
  | undefined;

/** Registers every command that package.json names. */
export function registerCommands(context: ExtensionContext, parts: Parts): void {
  const { server, catalogue, findings, cases, preview, mutation, replay } = parts;
  const table: Readonly<Record<string, (target: Target) => unknown>> = {
    'kerb.check': () => checkWorkspace(server),
    'kerb.explain': async (target) => withPolicy(target, catalogue, openPage),
    'kerb.showPolicy': async (target) => withPolicy(target, catalogue, (id) => showPolicy(id, catalogue)),
    'kerb.searchCatalogue': async () => withPolicy(undefined, catalogue, openPage, 'list'),
    'kerb.openCatalogue': () => commands.executeCommand('kerb.catalogue.focus'),
    'kerb.suppress': (target) => suppress(isLeaf(target) ? target.finding : null),
    'kerb.askException': (target) => askException(isLeaf(target) ? target.finding : null),
    'kerb.giveFeedback': (target) => giveFeedback(isLeaf(target) ? target.finding : null),
    'kerb.fixAll': () => fixAll(),
    'kerb.newPolicy': () => newPolicy(context),
    'kerb.writePolicy': () => writePolicyHere(),
    'kerb.stepThrough': (target) => stepThrough(isLeaf(target) ? target.finding : findingAtCursor()),
    'kerb.previewPolicy': () => preview.show(),
    'kerb.replayPolicy': () => replay.run(),
    'kerb.mutate': (target) => mutateHere(mutation, target),
    'kerb.restart': () => server.restart(),
    'kerb.restartDaemon': () => server.request(messages.restartDaemon, {}),
    'kerb.showDaemonStatus': () => showDaemonStatus(server),
    'kerb.showOutput': () => server.showOutput(),
    'kerb.groupByPolicy': () => findings.groupBy('policy'),
    'kerb.groupByFile': () => findings.groupBy('file'),
    'kerb.acceptDrawing': (target) => withTest(target, cases.accept),
  };
  context.subscriptions.push(
    commands.registerCommand('kerb.openBeside', openBeside),
    commands.registerCommand('kerb.stepThroughCase', stepThroughCase),
    commands.registerCommand('kerb.acceptCase', acceptCase),
  );
  for (const [name, run] of Object.entries(table)) context.subscriptions.push(commands.registerCommand(name, run));
}

/** The explorer gives the case itself, a message the case that it is about. */
async function withTest(target: Target, act: (item: TestItem) => Promise<void>): Promise<void> {
  if (typeof target !== 'object') return;
  if ('test' in target) await act(target.test);
  else if ('children' in target) await act(target);
}

/** Tries the mutants of the policy that a lens names, else of the one in the editor. */
async function mutateHere(mutation: Mutation, target: Target): Promise<MutationAnswer | null> {
  const uri = typeof target === 'string' ? Uri.parse(target) : window.activeTextEditor?.document.uri;
  const answer = uri === undefined ? null : await mutation.run(uri);
  if (answer === null) void window.showInformationMessage('Kerb: open one of your policies, or its page.');
  return answer;
}

async function showDaemonStatus(server: Server): Promise<string> {
  const { text } = await server.request<DaemonStatusResult>(messages.daemonStatus, {});
  server.showOutput(text);
  return text;
}

async function checkWorkspace(server: Server): Promise<CheckResult> {
  const result = await server.request<CheckResult>(messages.check, {});
  const count = `${result.findings} finding${result.findings === 1 ? '' : 's'} in ${result.files} files`;
  void window
    .showInformationMessage(result.cancelled ? `Kerb stopped: ${count} so far` : `Kerb: ${count}`, 'Show')
    .then((choice) => {
      if (choice === 'Show') void commands.executeCommand('kerb.findings.focus');
    });
  return result;
}

async function withPolicy(
  target: Target,
  catalogue: Catalogue,
  act: (id: string) => Thenable<unknown>,
  palette: 'cursor' | 'list' = 'cursor',
): Promise<void> {
  const id = idOf(target) ?? (palette === 'cursor' ? idAtCursor() : null) ?? (await pickPolicy(catalogue));
  if (id !== null) await act(id);
}

function idOf(target: Target): string | null {
  if (target === undefined) return null;
  if (typeof target === 'string') return target;
  if ('policy' in target) return target.policy.id;
  if ('finding' in target) return target.finding.policy;
  return 'label' in target ? target.label : null;
}

function isLeaf(target: Target): target is { readonly finding: Shown } {
  return typeof target === 'object' && 'finding' in target;
}

function idAtCursor(): string | null {
  return findingAtCursor()?.policy ?? null;
}

function findingAtCursor(): Shown | null {
  const editor = window.activeTextEditor;
  if (editor === undefined) return null;
  const { uri } = editor.document;
  const diagnostic = shownAt(uri).find(({ range }) => range.contains(editor.selection.active));
  return diagnostic === undefined ? null : { uri, diagnostic, policy: policyOf(diagnostic) };
}

async function stepThrough(finding: Shown | null): Promise<void> {
  if (finding === null) void window.showInformationMessage('Kerb: there is no finding here to step through.');
  else await stepThroughFile(finding.uri, finding.policy);
}

function shownAt(uri: Uri): readonly Diagnostic[] {
  return languages.getDiagnostics(uri).filter(({ source }) => source === 'kerb');
}

/** Searches titles, ids, controls and other tools' names for a policy. */
async function pickPolicy(catalogue: Catalogue): Promise<string | null> {
  const entries = await catalogue.entries();
  const items = entries.map((entry): QuickPickItem & { id: string } => ({
    id: entry.id,
    label: entry.title,
    description: `${entry.id} · ${entry.severity} · ${entry.enforcement}`,
    detail: [...entry.controls, ...entry.equivalents].join(' · '),
  }));
  const placeHolder = 'A policy, a control (PSS/baseline) or another tool’s rule (checkov/CKV_K8S_16)';
  const picked = await window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true });
  return picked?.id ?? null;
}

async function showPolicy(id: string, catalogue: Catalogue): Promise<unknown> {
  const source = (await catalogue.entries()).find((entry) => entry.id === id)?.source ?? null;
  if (source === null) return openPage(id);
  return window.showTextDocument(await workspace.openTextDocument(Uri.parse(source)));
}
