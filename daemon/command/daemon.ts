/** `kerb daemon`: the one process of a user that editors, hooks and commands share. */
import process from 'node:process';
import { askStatus, type Reply } from '../client/ask.ts';
import { ensureDaemon } from '../client/launch.ts';
import { launchOptions, logFileOf } from '../client/program.ts';
import { stopDaemon } from '../client/stop.ts';
import { type Arguments, type Command, type ExitCode, textOrJson, UsageError } from '../command.ts';
import { type Home, requireHome } from '../home.ts';
import { complain, print } from '../output.ts';
import { type Address, addressOf } from '../process/address.ts';
import { scheduleByClock } from '../process/idle.ts';
import { createLog } from '../process/log.ts';
import { runDaemon } from '../process/run.ts';
import { statusText } from '../process/status.ts';
import { openWorks } from '../process/works.ts';
import { runtimeProblem } from '../store/connect.ts';
import { version } from '../version.ts';

export const daemonCommand: Command = {
  usage: 'daemon run|start|stop|status',
  summary: 'the process that editors, hooks and commands share',
  description: `run     serve in this process until it is told to end, or nobody has needed it for a while
start   make sure that one runs in the background, and answer when it does
stop    let it finish what it does, and end
status  what runs: version, policies, clients, journal, memory

It listens on a unix socket (on Windows a named pipe) that only this user can reach. KERB_HOME gives
it another home. Hooks and the editor start it by themselves. Exit code 1: \`status\` finds none.
`,
  options: {
    format: { value: 'FORMAT', help: 'of start and status: text (default) or json' },
    idle: { value: 'MINUTES', help: 'of run: end after so long without a client or a request (default 30)' },
  },
  dashes: 'options',
  run: async (given) => {
    const [action = '', ...more] = given.words;
    const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (act === undefined || more.length > 0) throw new UsageError('say what to do: run, start, stop or status');
    const home = requireHome();
    return act({ given, home, address: addressOf({ folder: home.run }) });
  },
};

interface Call {
  readonly given: Arguments;
  readonly home: Home;
  readonly address: Address;
}

const actions: Readonly<Record<string, (call: Call) => Promise<ExitCode>>> = { run, start, stop, status };

async function run({ given, home, address }: Call): Promise<ExitCode> {
  const cannot = runtimeProblem();
  if (cannot !== null) throw new UsageError(cannot.message);
  const log = createLog(logFileOf(home), Date.now);
  const running = await runDaemon({
    address,
    version: version(),
    idleMs: idleMsOf(given),
    log,
    elapsedMs: () => performance.now(),
    schedule: scheduleByClock,
    open: (tell, giveUp) => openWorks({ home, tell, giveUp, log }),
  });
  if (running.kind === 'problem') throw new UsageError(running.message);
  if (running.kind === 'taken') {
    await complain(`kerb: a daemon runs already (process ${running.pid}); \`kerb daemon stop\` ends it\n`);
    return 0;
  }
  const { daemon } = running;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => daemon.stop());
  await daemon.ended;
  return 0;
}

async function start({ given, home, address }: Call): Promise<ExitCode> {
  const format = textOrJson(given);
  const launched = await ensureDaemon(launchOptions(home, address));
  if (launched.kind === 'failed') {
    await complain(`kerb: ${launched.message}\n`);
    return 2;
  }
  const { pid } = launched.status;
  if (format === 'json') await print(`${JSON.stringify({ socket: address.socket, pid })}\n`);
  else await print(`the daemon ${launched.isNew ? 'runs now' : 'runs already'} (process ${pid})\n`);
  return 0;
}

async function stop({ address }: Call): Promise<ExitCode> {
  const stopped = await stopDaemon(address);
  if (stopped.kind === 'ended') await print(`the daemon (process ${stopped.pid}) has ended\n`);
  else if (stopped.kind === 'absent') await print('no daemon runs\n');
  else if (stopped.kind !== 'ending') return unanswered(stopped);
  else
    await print(`the daemon (process ${stopped.pid}) takes nothing new, and ends when it has finished what it does\n`);
  return 0;
}

async function status({ given, address }: Call): Promise<ExitCode> {
  const format = textOrJson(given);
  const reply = await askStatus(address);
  if (reply.kind === 'absent') {
    await complain('kerb: no daemon runs; `kerb daemon start` starts one\n');
    return 1;
  }
  if (reply.kind !== 'answer') return unanswered(reply);
  await print(format === 'json' ? `${JSON.stringify(reply.value, null, 2)}\n` : statusText(reply.value));
  return 0;
}

async function unanswered(reply: Exclude<Reply<unknown>, { kind: 'answer' | 'absent' }>): Promise<ExitCode> {
  const reason = reply.kind === 'refused' ? reply.message : reply.reason;
  await complain(`kerb: the daemon does not answer: ${reason}\n`);
  return 2;
}

function idleMsOf(given: Arguments): number {
  const minutes = Number(given.value('idle') ?? 30);
  // The most that a timer of Node takes is 24 days.
  if (minutes > 0 && minutes <= 30_000) return minutes * 60_000;
  throw new UsageError('--idle takes minutes: more than 0, at most 30000');
}
