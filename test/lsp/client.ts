// A small LSP client over stdio, for tests against the real server process.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import type { Diagnostic, InitializeResult, PublishDiagnosticsParams } from 'vscode-languageserver';

const root = path.resolve(import.meta.dirname, '../..');
/** A server that says nothing for this long is broken; no test rests on it. */
const limitMs = 30_000;
/** Some answers are worked for: policies are tried, mutants too. */
const answerLimitMs = 120_000;

/** What a client says of itself. */
export interface ClientOptions {
  readonly folders?: readonly string[];
  readonly capabilities?: object;
  readonly initializationOptions?: object;
  /** What is started instead of the sources, and its environment. */
  readonly program?: { readonly file: string; readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv };
}

/** What a client was told, and how it speaks. */
export interface TestClient {
  readonly process: ChildProcessWithoutNullStreams;
  readonly initialized: InitializeResult;
  /** Every publish, in order. */
  readonly published: PublishDiagnosticsParams[];
  /** Every other notification and request from the server. */
  readonly received: { readonly method: string; readonly params: unknown; readonly id?: number }[];
  request<T = unknown>(method: string, params: object | null): Promise<T>;
  /** A request whose id the caller needs, to cancel it. */
  begin<T = unknown>(method: string, params: object | null): { readonly id: number; readonly answer: Promise<T> };
  notify(method: string, params: object | null): void;
  /** Writes bytes as they are. */
  write(bytes: string): void;
  open(uri: string, languageId: string, text: string, version?: number): void;
  change(uri: string, version: number, changes: readonly object[]): void;
  close(uri: string): void;
  /** The diagnostics of a version; waits for its publish. */
  diagnostics(uri: string, version: number): Promise<Diagnostic[]>;
  /** Waits until the condition holds; it is asked after each message. */
  until(what: string, condition: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Capabilities of an editor that shows all there is, and asks for nothing. */
export const fullCapabilities = {
  general: { positionEncodings: ['utf-16'] },
  window: { workDoneProgress: true },
  workspace: {
    workspaceFolders: true,
    workspaceEdit: { documentChanges: true },
    didChangeWatchedFiles: { dynamicRegistration: false },
  },
  textDocument: {
    publishDiagnostics: {
      relatedInformation: true,
      versionSupport: true,
      codeDescriptionSupport: true,
      dataSupport: true,
      tagSupport: { valueSet: [1, 2] },
    },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: [] } },
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
    },
    hover: { contentFormat: ['markdown', 'plaintext'] },
  },
};

const fromSource = { file: path.join(root, 'server', 'main.ts'), args: ['--stdio'] };

/** Starts a server, from its source unless told otherwise, and initializes it. */
export async function startClient(options: ClientOptions = {}): Promise<TestClient> {
  const { file, args, env }: NonNullable<ClientOptions['program']> = options.program ?? fromSource;
  const server = spawn(process.execPath, [file, ...args], {
    stdio: 'pipe',
    env: { ...process.env, NODE_TEST_CONTEXT: '', ...env },
  });
  // A test that fails before it stops its server must not keep its process alive; the server ends when nobody listens.
  server.unref();
  for (const pipe of [server.stdin, server.stdout, server.stderr]) (pipe as Socket).unref();
  const wire = createWire(server);
  const folders = (options.folders ?? []).map((folder) => ({ uri: uriOf(folder), name: path.basename(folder) }));
  const initialized = await wire.request<InitializeResult>('initialize', {
    processId: process.pid,
    rootUri: folders[0]?.uri ?? null,
    workspaceFolders: folders,
    capabilities: options.capabilities ?? fullCapabilities,
    initializationOptions: options.initializationOptions,
  });
  wire.notify('initialized', {});
  return { ...wire, initialized };
}

/** The `file:` URI of a path. */
export function uriOf(file: string): string {
  return `file://${path.resolve(file).split('/').map(encodeURIComponent).join('/')}`;
}

type Wire = Omit<TestClient, 'initialized'>;

function createWire(server: ChildProcessWithoutNullStreams): Wire {
  const published: PublishDiagnosticsParams[] = [];
  const received: { method: string; params: unknown; id?: number }[] = [];
  const pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  const waiting = new Set<() => void>();
  let ended: string | null = null;
  let errors = '';
  let ids = 0;
  const write = (bytes: string): void => void server.stdin.write(bytes);
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const handle = (message: Message): void => {
    if (message.method === 'textDocument/publishDiagnostics')
      published.push(message.params as PublishDiagnosticsParams);
    else if (message.method !== undefined) {
      received.push(message as { method: string; params: unknown });
      if (message.id !== undefined) send({ id: message.id, result: null });
    } else if (message.id !== undefined) {
      const asked = pending.get(message.id);
      pending.delete(message.id);
      if (message.error) asked?.reject(Object.assign(new Error(message.error.message), { code: message.error.code }));
      else asked?.resolve(message.result as never);
    }
    for (const look of [...waiting]) look();
  };
  readMessages(server, handle);
  server.stderr.on('data', (data: Buffer) => (errors = (errors + data).slice(-4_000)));
  server.stdin.on('error', () => undefined);
  server.on('exit', (code, signal) => {
    ended = `the server ended (${signal ?? code}): ${errors}`;
    for (const { reject } of pending.values()) reject(new Error(ended));
    for (const look of [...waiting]) look();
  });
  const begin = <T>(method: string, params: object | null) => {
    const id = ++ids;
    const answer = new Promise<T>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no answer to ${method}. ${errors}`)), answerLimitMs);
      pending.set(id, {
        resolve(value) {
          clearTimeout(limit);
          resolve(value);
        },
        reject(error) {
          clearTimeout(limit);
          reject(error);
        },
      });
    });
    send({ id, method, params });
    return { id, answer };
  };
  const until = (what: string, condition: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(new Error(`waited in vain for ${what}. ${errors}`)), limitMs);
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        waiting.delete(look);
        if (error) reject(error);
        else resolve();
      };
      const look = (): void => {
        if (condition()) finish();
        else if (ended !== null) finish(new Error(`${what}: ${ended}`));
      };
      waiting.add(look);
      look();
    });
  const notify = (method: string, params: object | null): void => send({ method, params });
  const of = (uri: string, version: number) =>
    published.find((params) => params.uri === uri && params.version === version);
  return {
    process: server,
    published,
    received,
    begin,
    request: <T>(method: string, params: object | null) => begin<T>(method, params).answer,
    notify,
    write,
    until,
    open: (uri, languageId, text, version = 1) =>
      notify('textDocument/didOpen', { textDocument: { uri, languageId, version, text } }),
    change: (uri, version, contentChanges) =>
      notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges }),
    close: (uri) => notify('textDocument/didClose', { textDocument: { uri } }),
    async diagnostics(uri, version) {
      await until(`diagnostics of version ${version} of ${uri}`, () => of(uri, version) !== undefined);
      return of(uri, version)?.diagnostics ?? [];
    },
    async stop() {
      if (ended !== null) return;
      server.ref();
      const gone = new Promise((resolve) => server.once('exit', resolve));
      await begin('shutdown', null).answer.catch(() => undefined);
      notify('exit', null);
      const kill = setTimeout(() => server.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(kill);
    },
  };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

function readMessages(server: ChildProcessWithoutNullStreams, handle: (message: Message) => void): void {
  let buffer = Buffer.alloc(0);
  server.stdout.on('data', (data: Buffer) => {
    buffer = Buffer.concat([buffer, data]);
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const size = Number(/content-length: *(\d+)/i.exec(buffer.subarray(0, head).toString())?.[1]);
      if (buffer.length < head + 4 + size) return;
      const message = JSON.parse(buffer.subarray(head + 4, head + 4 + size).toString()) as Message;
      buffer = buffer.subarray(head + 4 + size);
      handle(message);
    }
  });
}
