// The connection to the language server, which is part of this extension and runs on VS Code's own Node.
import path from 'node:path';
import {
  type CancellationToken,
  type Disposable,
  type Event,
  EventEmitter,
  type ExtensionContext,
  window,
  workspace,
} from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  ProgressType,
  type ServerOptions,
  TransportKind,
} from 'vscode-languageclient/node';
import { type Initialization, messages, type Status, commands as serverCommands } from '../server/protocol.ts';
import { askPerson } from './askException.ts';
import { askWhy } from './feedback.ts';
import { openPage } from './pages.ts';
import type { StatusItem } from './status.ts';
import { nameIt, showWritten } from './writePolicy.ts';

/** The server as the rest of the extension sees it. */
export interface Server {
  readonly onStatus: Event<Status>;
  /** The server's log, with something more in it where it is given. */
  showOutput(text?: string): void;
  request<T>(method: string, params: object, ...token: readonly [] | readonly [CancellationToken]): Promise<T>;
  /** A request that tells how far it is. */
  follow<T, P>(method: string, params: object, hear: (progress: P) => void): Promise<T>;
  start(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes a server that is not started yet. */
export function createClient(context: ExtensionContext, status: StatusItem): Server & Disposable {
  const told = new EventEmitter<Status>();
  let client: LanguageClient | null = null;
  let followed = 0;
  const running = (): LanguageClient => {
    if (client === null) throw new Error('Kerb is not running: use “Kerb: Restart the Language Server”');
    return client;
  };
  const start = async (): Promise<void> => {
    status.starting();
    client = new LanguageClient('kerb', 'Kerb', serverOptions(context), clientOptions(context));
    client.onNotification(messages.status, (message: Status) => told.fire(message));
    try {
      await client.start();
    } catch (error) {
      status.failed(error instanceof Error ? error.message : String(error));
      void window.showErrorMessage('Kerb: the language server did not start. Its output says why.');
    }
  };
  const stop = async (): Promise<void> => {
    const ending = client;
    client = null;
    // One that does not end in time is ended.
    await ending?.dispose().catch(() => undefined);
  };
  return {
    onStatus: told.event,
    showOutput(text) {
      if (text !== undefined) client?.outputChannel.appendLine(text);
      client?.outputChannel.show();
    },
    // A token that is not given must not be passed on: the connection would take it for one more parameter.
    async request(method, params, ...token) {
      await editsSent();
      return running().sendRequest(method, params, ...token);
    },
    async follow<T, P>(method: string, params: object, hear: (progress: P) => void) {
      await editsSent();
      const partialResultToken = `kerb-${++followed}`;
      const hearing = running().onProgress(new ProgressType<P>(), partialResultToken, hear);
      try {
        return await running().sendRequest<T>(method, { ...params, partialResultToken });
      } finally {
        hearing.dispose();
      }
    },
    start,
    stop,
    async restart() {
      await stop();
      await start();
    },
    dispose: () => told.dispose(),
  };
}

/** An edit is sent some steps after VS Code tells of it: whoever asks because of it would ask about the text before. */
async function editsSent(): Promise<void> {
  await new Promise<void>((resolve) => void setImmediate(resolve));
}

function serverOptions(context: ExtensionContext): ServerOptions {
  const settings = workspace.getConfiguration('kerb');
  const module = settings.get<string>('server.path') || context.asAbsolutePath(path.join('dist', 'server.js'));
  const env = { ...process.env, NODE_COMPILE_CACHE: path.join(context.globalStorageUri.fsPath, 'compiled') };
  const options = { env, execArgv: settings.get<string[]>('server.nodeArguments') ?? [] };
  return {
    run: { module, transport: TransportKind.ipc, options },
    debug: {
      module,
      transport: TransportKind.ipc,
      options: { ...options, execArgv: ['--inspect=6010', '--enable-source-maps'] },
    },
  };
}

function clientOptions(context: ExtensionContext): LanguageClientOptions {
  const settings = workspace.getConfiguration('kerb');
  const initialization: Initialization = {
    // The server pushes within the turn of the keystroke; pulling would add a round trip to each.
    diagnostics: 'push',
    mostDiagnostics: settings.get<number>('server.mostDiagnostics') ?? 250,
    status: true,
    ...(settings.get<boolean>('daemon.start') === false ? {} : { daemon: daemonOf(context) }),
  };
  return {
    documentSelector: [
      { scheme: 'file' },
      { scheme: 'untitled' },
      { scheme: 'vscode-vfs' },
      { scheme: 'vscode-remote' },
    ],
    initializationOptions: initialization,
    outputChannelName: 'Kerb',
    markdown: { supportHtml: false },
    middleware: {
      executeCommand: async (command, args, next) => {
        // The server would show the page as a text file; VS Code can show it as a page.
        if (command === serverCommands.explain) return openPage(String(args[0]));
        if (command === serverCommands.writePolicy) {
          const named = await nameIt(args[0]);
          if (named !== null) await showWritten(await next(command, [named]));
          return undefined;
        }
        if (command === serverCommands.giveFeedback) {
          const words = await askWhy(args[0]);
          return words === null ? undefined : next(command, [words]);
        }
        if (command !== serverCommands.askException) return next(command, args);
        const said = await askPerson(args[0]);
        return said === null ? undefined : next(command, [said]);
      },
    },
  };
}

/** The daemon runs on VS Code's own Node too; a desktop VS Code is one only when it is told to be. */
function daemonOf(context: ExtensionContext): NonNullable<Initialization['daemon']> {
  return {
    command: [process.execPath, context.asAbsolutePath(path.join('bin', 'kerb'))],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  };
}
