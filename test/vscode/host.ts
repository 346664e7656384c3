// A real VS Code for tests: code-server's extension host and workbench, shown by a headless Chromium. Everything lives in
// a temporary folder of its own, so that several can run side by side; nothing outside 127.0.0.1 is asked for.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumFlags } from '../browser.ts';
import { stopDaemonOf } from '../command.ts';
import { settings } from './defaults.ts';
import type { Parts } from './install.ts';

/** How a host is to be. */
export interface HostOptions {
  /** `development`: extensions from source and suites can be loaded, but no toasts show. `installed`: what a user gets. */
  readonly mode: 'development' | 'installed';
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running VS Code. */
export interface Host {
  /** What requests of the workbench left this machine; has to stay empty. */
  readonly outside: readonly string[];
  /** A file as the workbench names it. */
  uri(file: string): string;
  /** Installs a .vsix; throws with the installer's words when it is refused. */
  install(vsix: string): void;
  /** Opens a folder or a `.code-workspace` file in a new page. */
  open(target: string, options?: OpenOptions): Promise<Page>;
  /** The end of the extension host's logs, for a failing run. */
  logs(): string;
  stop(): Promise<void>;
}

/** How a page is opened. */
interface OpenOptions {
  /** VS Code's own key-value pairs: `openFile`, `extensionTestsPath` … */
  readonly payload?: readonly (readonly [string, string])[];
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Called before the page loads. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const startLimitMs = 60_000;
/** Starts a host. */
export async function startHost(parts: Parts, options: HostOptions): Promise<Host> {
  const root = mkdtempSync(path.join(tmpdir(), 'kerb-host-'));
  const folders = {
    data: path.join(root, 'data'),
    extensions: path.join(root, 'extensions'),
    home: path.join(root, 'home'),
    kerb: path.join(root, 'kerb'),
  };
  for (const folder of [path.join(folders.data, 'User'), folders.extensions, folders.home])
    mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folders.data, 'User', 'settings.json'), JSON.stringify({ ...settings, ...options.settings }));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: folders.home,
    KERB_HOME: folders.kerb,
    EXTENSIONS_GALLERY: '{}',
    ...options.env,
  };
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'PORT', 'NODE_OPTIONS', 'NODE_TEST_CONTEXT']) delete env[name];
  const authority = `127.0.0.1:${await freePort()}`;
  const place = ['--user-data-dir', folders.data, '--extensions-dir', folders.extensions];
  const server = spawn(process.execPath, [parts.entry, ...serverFlags(authority, options), ...place], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: root,
    detached: true,
  });
  let browser: Browser | null = null;
  const outside: string[] = [];
  const stop = async (): Promise<void> => {
    await browser?.close().catch(() => undefined);
    await end(server);
    stopDaemonOf(folders.kerb);
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await listening(server, authority);
    browser = await chromium.launch({ executablePath: parts.chromium, headless: true, args: chromiumFlags });
  } catch (error) {
    await stop();
    throw error;
  }
  const running = browser;
  return {
    outside,
    uri: (file) => `vscode-remote://${authority}${path.resolve(file)}`,
    install: (vsix) => installExtension([parts.entry, ...place, '--install-extension', vsix], env),
    open: (target, how = {}) => openPage(running, authority, target, how, outside),
    logs: () => logTail(path.join(folders.data, 'logs')),
    stop,
  };
}

function serverFlags(authority: string, options: HostOptions): readonly string[] {
  const flags = [
    '--auth',
    'none',
    '--bind-addr',
    authority,
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-workspace-trust',
    '--disable-getting-started-override',
  ];
  // The workbench reads extensionDevelopmentPath and extensionTestsPath only with its smoke-test driver.
  return options.mode === 'development' ? [...flags, '--vscode-option', 'enable-smoke-test-driver'] : flags;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

async function listening(server: ChildProcess, authority: string): Promise<void> {
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (data: Buffer) => (output = (output + data).slice(-5_000)));
  for (const began = Date.now(); Date.now() - began < startLimitMs; await sleep(100)) {
    if (server.exitCode !== null) throw new Error(`code-server ended at once:\n${output}`);
    const response = await fetch(`http://${authority}/healthz`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
  }
  throw new Error(`code-server did not start:\n${output}`);
}

function installExtension(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const done = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (done.status !== 0 || !done.stdout.includes('successfully installed'))
    throw new Error(`not installed: ${done.stdout}${done.stderr}`);
}

async function openPage(
  browser: Browser,
  authority: string,
  target: string,
  how: OpenOptions,
  outside: string[],
): Promise<Page> {
  const context = await browser.newContext({ viewport: how.viewport ?? { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`http://${authority}`) && !/^(data|blob|about|ws):/.test(url)) outside.push(url);
  });
  await how.prepare?.(page);
  const kind = target.endsWith('.code-workspace') ? 'workspace' : 'folder';
  const query = new URLSearchParams({ [kind]: path.resolve(target), payload: JSON.stringify(how.payload ?? []) });
  await page.goto(`http://${authority}/?${query.toString().replaceAll('+', '%20')}`);
  return page;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  signal(server.pid, 'SIGTERM');
  await Promise.race([gone, sleep(3_000, undefined, { ref: false })]);
  signal(server.pid, 'SIGKILL');
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It has ended.
  }
}

function logTail(folder: string): string {
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /exthost|Kerb/.test(file) && file.endsWith('.log'),
    );
    return files
      .map((file) => `--- ${file}\n${readFileSync(path.join(folder, file), 'utf8').slice(-4_000)}`)
      .join('\n');
  } catch {
    return '';
  }
}
