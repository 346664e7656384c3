/** `kerb`: finds the command, runs it, and turns whatever happens into an exit code. */
import process from 'node:process';
import { type Command, type ExitCode, helpOf, readArguments, type Start, UsageError } from './command.ts';
import { complain, print, watchStreams } from './output.ts';
import { printableLines } from './report/style.ts';
import { version } from './version.ts';

/** Each command is loaded only when it is called. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./command/check.ts')).checkCommand,
  test: async () => (await import('./command/test.ts')).testCommand,
  new: async () => (await import('./command/new.ts')).newCommand,
  explain: async () => (await import('./command/explain.ts')).explainCommand,
  catalog: async () => (await import('./command/catalog.ts')).catalogCommand,
  audit: async () => (await import('./command/audit.ts')).auditCommand,
  import: async () => (await import('./command/import.ts')).importCommand,
  export: async () => (await import('./command/export.ts')).exportCommand,
  rego: async () => (await import('./command/rego.ts')).regoCommand,
  eval: async () => (await import('./command/eval.ts')).evalCommand,
  hooks: async () => (await import('./command/hooks.ts')).hooksCommand,
  doctor: async () => (await import('./command/doctor.ts')).doctorCommand,
  hook: async () => (await import('./command/hook.ts')).hookCommand,
  hub: async () => (await import('./command/hub.ts')).hubCommand,
  lsp: async () => (await import('./command/lsp.ts')).lspCommand,
  exception: async () => (await import('./command/exception.ts')).exceptionCommand,
  feedback: async () => (await import('./command/feedback.ts')).feedbackCommand,
  daemon: async () => (await import('./command/daemon.ts')).daemonCommand,
  enroll: async () => (await import('./command/enroll.ts')).enrollCommand,
  publish: async () => (await import('./command/publish.ts')).publishCommand,
  review: async () => (await import('./command/review.ts')).reviewCommand,
  replay: async () => (await import('./command/replay.ts')).replayCommand,
  rollout: async () => (await import('./command/rollout.ts')).rolloutCommand,
  sync: async () => (await import('./command/sync.ts')).syncCommand,
};

/** Runs a command; the exit code is the process's own. Never throws. */
export async function main(args: readonly string[], start: Start): Promise<void> {
  watchStreams();
  try {
    process.exitCode = await dispatch(args, start);
  } catch (error) {
    await complain(`kerb: ${printableLines(await wordsFor(error))}\n`);
    process.exitCode = 2;
  }
}

async function wordsFor(error: unknown): Promise<string> {
  if (error instanceof UsageError) return error.message;
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd')
    return 'the working directory does not exist any more: change to one that does';
  // What the system says names files at most; the message of any other error may quote what was judged.
  if (error instanceof Error && 'syscall' in error) return `this is a fault in Kerb, and no verdict: ${error.stack}`;
  const { framesOf } = await import('../engine/index.ts');
  return `this is a fault in Kerb, and no verdict: ${framesOf(error)}`;
}

async function dispatch([name, ...args]: readonly string[], start: Start): Promise<ExitCode> {
  if (name === '--version' || name === '-v') {
    await print(`${version()}\n`);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = name === 'help' ? args[0] : undefined;
    if (asked !== undefined) return dispatch([asked, '--help'], start);
    await (name === undefined ? complain : print)(await overview());
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    throw new UsageError(
      `there is no command ${JSON.stringify(name)}; the commands are ${Object.keys(commands).join(', ')} (kerb --help)`,
    );
  }
  const command = await load();
  if (args.slice(0, separatorIn(args)).some((word) => word === '--help' || word === '-h')) {
    await print(helpOf(command));
    return 0;
  }
  return command.run(readCall(name, command, args), start);
}

function readCall(name: string, command: Command, args: readonly string[]): ReturnType<typeof readArguments> {
  try {
    return readArguments(command, args);
  } catch (error) {
    if (error instanceof UsageError)
      throw new UsageError(`${error.message}\nusage: kerb ${command.usage}   (kerb ${name} --help)`);
    throw error;
  }
}

/** Where `--` stands, after which everything is a word. */
function separatorIn(args: readonly string[]): number {
  const separator = args.indexOf('--');
  return separator === -1 ? args.length : separator;
}

async function overview(): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map((load) => load()));
  const list = loaded.map(({ usage, summary }) => overviewLine(usage, summary));
  return `Kerb judges developer actions by policies: one policy, one verdict.

${list.join('\n')}
${overviewLine('COMMAND --help', 'what a command takes')}
${overviewLine('--version', 'which Kerb this is')}

Exit codes: 0 allow, 1 deny, 2 no verdict (what could not be judged, wrong arguments, a fault).
`;
}

const usageWidth = 28;

/** What takes many words has its summary below them, so that the rest keeps to a terminal's width. */
function overviewLine(usage: string, summary: string): string {
  const gap = usage.length > usageWidth ? `\n${' '.repeat(usageWidth + 9)}` : ' '.repeat(usageWidth + 2 - usage.length);
  return `  kerb ${usage}${gap}${summary}`;
}
