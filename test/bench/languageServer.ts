/** A language server as a child process: requests, notifications and what it publishes. Owns the process; `close` ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly unknown[];
}

export class LanguageServer {
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #listeners = new Set<(published: Published) => void>();
  #buffer = Buffer.alloc(0);
  #nextId = 0;
  #errors = '';

  constructor(command: readonly string[]) {
    const [file = '', ...args] = command;
    this.#process = spawn(file, args, { stdio: 'pipe' });
    this.#process.stdout?.on('data', (data: Buffer) => this.#receive(data));
    this.#process.stderr?.on('data', (data: Buffer) => {
      this.#errors = (this.#errors + data.toString()).slice(-2000);
    });
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  async request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#nextId;
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    const message = await within(answer, `${method}\n${this.#errors}`);
    if (message.error) throw new Error(`${method}: ${message.error.message}`);
    return message.result;
  }

  /** The next publish for this version of the document; servers that name no version give the next one of the document. */
  async published(uri: string, version: number): Promise<Published> {
    let listener: (published: Published) => void = () => {};
    const next = new Promise<Published>((resolve) => {
      listener = (published) => {
        if (published.uri === uri && (published.version ?? version) === version) resolve(published);
      };
      this.#listeners.add(listener);
    });
    try {
      return await within(next, `diagnostics of ${uri} version ${version}\n${this.#errors}`);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Resident memory of the server's own process in MB (Linux; NaN elsewhere). */
  residentMb(): number {
    try {
      const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    } catch {
      return Number.NaN;
    }
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    await this.request('shutdown', null);
    this.notify('exit', null);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 2000);
    await ended;
    clearTimeout(timer);
  }

  #send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#process.stdin?.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  }

  #receive(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length:\s*(\d+)/i.exec(this.#buffer.subarray(0, head).toString())?.[1]);
      if (this.#buffer.length < head + 4 + length) return;
      const body = this.#buffer.subarray(head + 4, head + 4 + length).toString();
      this.#buffer = this.#buffer.subarray(head + 4 + length);
      this.#handle(JSON.parse(body) as Message);
    }
  }

  #handle(message: Message): void {
    if (message.method === 'textDocument/publishDiagnostics') {
      for (const listener of [...this.#listeners]) listener(message.params as Published);
    } else if (message.method !== undefined && message.id !== undefined) {
      const items = (message.params as { items?: readonly unknown[] } | undefined)?.items;
      const result = message.method === 'workspace/configuration' ? (items ?? []).map(() => null) : null;
      this.#send({ id: message.id, result } as Message);
    } else if (typeof message.id === 'number') {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
    }
  }
}

/** What an editor that only takes pushed diagnostics says of itself. */
export function initializeParams(rootUri: string): unknown {
  return {
    processId: process.pid,
    // The peer for workflows reads its options without asking whether there are any.
    initializationOptions: {},
    rootUri,
    workspaceFolders: [{ uri: rootUri, name: 'bench' }],
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true },
      textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } },
    },
  };
}

async function within<T>(promise: Promise<T>, what: string, limitMs = 30_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${limitMs} ms: ${what}`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
