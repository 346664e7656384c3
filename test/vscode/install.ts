// The parts of a real VS Code that npm has: code-server (VS Code's server and web workbench) and a Chromium to show it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { findChromium } from '../browser.ts';

/** The pinned code-server; its last two numbers are VS Code's own. It runs on the Node that it names, 24. */
const version = '4.139.1';

/** What a host is made of: absolute paths of code-server's entry script and of a Chromium that starts. */
export interface Parts {
  readonly entry: string;
  readonly chromium: string;
}

/** Installs code-server once for this user (about 20 s, 610 MB) and finds a Chromium. Throws with what is missing. */
export async function installParts(): Promise<Parts> {
  const entry = installCodeServer();
  return { entry, chromium: await findChromium() };
}

function installCodeServer(): string {
  const cache = process.env.KERB_VSCODE_CACHE ?? path.join(homedir(), '.cache', 'kerb-vscode');
  const folder = path.join(cache, version);
  const entry = path.join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  if (existsSync(entry)) return entry;
  if (process.platform === 'win32')
    throw new Error('code-server does not run on Windows: set KERB_VSCODE to a desktop VS Code');
  if (!process.version.startsWith('v24.')) throw new Error(`code-server needs Node 24, this is ${process.version}`);
  process.stderr.write(`kerb: installing code-server ${version} for the tests in a real VS Code (once)…\n`);
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(path.join(cache, 'install-'));
  try {
    writeFileSync(path.join(temporary, 'package.json'), '{"private":true}\n');
    installInto(temporary);
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return entry;
}

/** Its own postinstall compiles parts that a test host never loads; these are the nested installs without them. */
function installInto(folder: string): void {
  const env = npmEnvironment();
  npm(folder, env, ['install', '--ignore-scripts', '--no-audit', '--no-fund', `code-server@${version}`]);
  const vscode = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  npm(vscode, env, ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
  npm(vscode, env, ['rebuild', '--ignore-scripts=false', '@vscode/spdlog', '@vscode/native-watchdog', 'node-pty']);
  npm(path.join(vscode, 'extensions'), env, ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
}

function npm(cwd: string, env: NodeJS.ProcessEnv, args: readonly string[]): void {
  const done = spawnSync('npm', args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 300_000 });
  if (done.status === 0) return;
  throw new Error(`npm ${args.join(' ')} failed\n${done.error?.message ?? ''}${done.stdout}\n${done.stderr}`);
}

/**
 * Native modules compile against the headers of the Node that runs. npm looks for its global npmrc beside the running
 * node, and would miss the machine's own (a proxy, a certificate) when that node came from node_modules.
 */
function npmEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^npm_(package|lifecycle|config_local_prefix)/.test(name) || name === 'INIT_CWD') delete env[name];
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const own = folders.find((folder) => !folder.includes('node_modules') && existsSync(path.join(folder, 'npm')));
  const npmrc = own && path.join(path.dirname(own), 'etc', 'npmrc');
  if (!env.npm_config_globalconfig && npmrc && existsSync(npmrc)) env.npm_config_globalconfig = npmrc;
  const headers = nodeHeaders();
  if (headers) env.npm_config_nodedir = headers;
  env.PATH = [path.dirname(process.execPath), ...folders].join(path.delimiter);
  return env;
}

function nodeHeaders(): string | undefined {
  const home = path.dirname(path.dirname(process.execPath));
  const name = `node-${process.platform}-${process.arch}`;
  const candidates = [home, path.join(home, name), path.join(home, 'node_modules', name)];
  return candidates.find((folder) => existsSync(path.join(folder, 'include', 'node', 'node.h')));
}
