// Runs the suite inside VS Code: a desktop VS Code where one is given (KERB_VSCODE) or to be downloaded
// (KERB_VSCODE=download), else code-server in a headless Chromium. The extension is installed from its VSIX in both.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { stopDaemonOf } from '../command.ts';
import { writeWorkspace } from './fixture.ts';
import { startHost } from './host.ts';
import type { Parts } from './install.ts';
import { enrolHome } from './organisation.ts';
import type { SuiteResult } from './report.ts';

const here = import.meta.dirname;
const limitMs = 240_000;

/** What a run of the suite has to know. */
export interface SuiteOptions {
  readonly vsix: string;
  /** Null: a desktop VS Code runs it. */
  readonly parts: Parts | null;
}

/** Runs every case; a run that does not come to its end throws with VS Code's log. */
export async function runSuite({ vsix, parts }: SuiteOptions): Promise<readonly SuiteResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-suite-'));
  const home = await enrolHome();
  try {
    const suite = path.join(folder, 'suite.cjs');
    await build({
      entryPoints: [path.join(here, 'suite', 'run.ts')],
      outfile: suite,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
      logLevel: 'error',
    });
    const job = {
      suite,
      report: path.join(folder, 'report.json'),
      workspace: writeWorkspace(path.join(folder, 'work')),
      vsix,
      home: home.folder,
    };
    const log = parts === null ? await runDesktop(job, folder) : await runServer(job, parts);
    if (!existsSync(job.report)) throw new Error(`the suite did not come to its end:\n${log}`);
    return JSON.parse(readFileSync(job.report, 'utf8')) as SuiteResult[];
  } finally {
    stopDaemonOf(home.folder);
    await home.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

interface Job {
  readonly suite: string;
  readonly report: string;
  readonly workspace: string;
  readonly vsix: string;
  /** Of Kerb. */
  readonly home: string;
}

/** An extension that does nothing stands for the one in development, so that the one under test is the installed one. */
const nothing = path.join(here, 'suite-extension');

async function runServer(job: Job, parts: Parts): Promise<string> {
  const host = await startHost(parts, {
    mode: 'development',
    env: { KERB_SUITE_REPORT: job.report, KERB_HOME: job.home },
  });
  try {
    host.install(job.vsix);
    const lines: string[] = [];
    let finish: (code: number) => void = () => undefined;
    const ended = new Promise<number>((resolve) => (finish = resolve));
    const timer = setTimeout(() => finish(124), limitMs);
    await host.open(job.workspace, {
      payload: [
        ['extensionDevelopmentPath', host.uri(nothing)],
        ['extensionTestsPath', host.uri(job.suite)],
      ],
      async prepare(page) {
        await page.exposeFunction('codeAutomationLog', (_type: string, words: unknown[]) =>
          lines.push(words.join(' ')),
        );
        await page.exposeFunction('codeAutomationExit', (code: number) => finish(code));
      },
    });
    const code = await ended;
    clearTimeout(timer);
    return `exit code ${code}\n${lines.slice(-40).join('\n')}\n${host.logs()}`;
  } finally {
    await host.stop();
  }
}

async function runDesktop(job: Job, folder: string): Promise<string> {
  const { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } = await import(
    '@vscode/test-electron'
  );
  const given = process.env.KERB_VSCODE ?? '';
  const executable = given === 'download' ? await downloadAndUnzipVSCode() : given;
  const place = ['--extensions-dir', path.join(folder, 'extensions'), '--user-data-dir', path.join(folder, 'data')];
  const [cli = '', ...flags] = resolveCliArgsFromVSCodeExecutablePath(executable);
  const installed = spawnSync(cli, [...flags, ...place, '--install-extension', job.vsix], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (installed.status !== 0) throw new Error(`not installed: ${installed.stdout}${installed.stderr}`);
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: nothing,
      extensionTestsPath: job.suite,
      launchArgs: [job.workspace, ...place, '--disable-workspace-trust'],
      extensionTestsEnv: { KERB_SUITE_REPORT: job.report, KERB_HOME: job.home },
    });
    return '';
  } catch (error) {
    return String(error);
  }
}
