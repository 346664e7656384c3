// What VS Code loads. The language server does the work; here its answers get a place on the screen.
import type { ExtensionContext } from 'vscode';
import { createCatalogue } from './catalogue.ts';
import { createChanges, registerChanges } from './changes.ts';
import { createClient } from './client.ts';
import { registerCommands } from './commands.ts';
import { registerDebugger } from './debug/register.ts';
import { createFindings } from './findings.ts';
import { registerLenses } from './lenses.ts';
import { createMutation } from './mutation.ts';
import { registerPages } from './pages.ts';
import { createPreview } from './preview.ts';
import { compileOnSave } from './rego.ts';
import { createReplay } from './replay.ts';
import { createStatus } from './status.ts';
import { createCases } from './tests.ts';

let stop: (() => Promise<void>) | null = null;

/** Starts the server and registers views and commands. A server that does not start leaves the reason in the status item. */
export async function activate(context: ExtensionContext): Promise<void> {
  const status = createStatus();
  const server = createClient(context, status);
  const catalogue = createCatalogue(server);
  const findings = createFindings(context.workspaceState);
  const pages = registerPages(server);
  const cases = createCases(server);
  const preview = createPreview(server);
  const mutation = createMutation(server);
  const replay = createReplay(context);
  const changes = createChanges(context);
  context.subscriptions.push(
    status,
    catalogue,
    findings,
    pages,
    cases,
    preview,
    mutation,
    replay,
    changes,
    compileOnSave(context),
    registerDebugger(server),
    registerLenses(server, { preview, mutation, replay }),
  );
  registerCommands(context, { server, catalogue, findings, cases, preview, mutation, replay });
  registerChanges(context, changes);
  server.onStatus((told) => {
    status.show(told);
    catalogue.refresh();
    pages.refresh();
    void cases.refresh();
    preview.refresh();
  });
  stop = () => server.stop();
  await server.start();
}

/** Ends the server. */
export async function deactivate(): Promise<void> {
  await stop?.();
}
