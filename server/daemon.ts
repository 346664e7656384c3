// The daemon, as far as an editor needs it: what the organisation's policies are, and when to look again. The server judges
// by itself; without a daemon it goes on with what it has, and says so.
import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import type { WebSocket } from 'ws';
import type { ZodType } from 'zod';
import {
  type AskedException,
  daemonError,
  type GivenFeedback,
  givenFeedback,
  givenFeedbacks,
  notice,
  type OrganisationAnswer,
  organisationAnswer,
  type RequestedException,
  requestedException,
  requestedExceptions,
  type SaidOfFinding,
  startedDaemon,
} from '../daemon/protocol.ts';
import { readJson } from '../engine/index.ts';
import { askDaemon } from './askDaemon.ts';
import type { DaemonState, StartDaemon } from './protocol.ts';

/** The way to the daemon. */
export interface DaemonLink {
  state(): DaemonState;
  /** What a person reads about it. */
  describe(): Promise<string>;
  /** Hands a request for an exception to it. Throws what it refuses it with, and where no daemon runs. */
  askException(asked: AskedException): Promise<RequestedException>;
  /** Hands on what a person says of a finding. Throws as `askException` does. */
  giveFeedback(said: SaidOfFinding): Promise<GivenFeedback>;
  /** Ends the daemon and starts another one. */
  restart(): Promise<void>;
  close(): void;
}

export interface LinkOptions {
  readonly start: StartDaemon;
  /** How this client is called in the daemon's status. */
  readonly name: string;
  /** The state is another one. */
  readonly changed: () => void;
  /** What the daemon said, after each connection and each notice. */
  readonly told: (told: Told) => void;
}

/** What a daemon tells an editor. */
export interface Told {
  readonly organisation: OrganisationAnswer;
  readonly requests: readonly RequestedException[];
  readonly feedback: readonly GivenFeedback[];
}

const firstRetryMs = 1_000;
const lastRetryMs = 60_000;
/** Longer than the command itself waits for a daemon to start. */
const commandMs = 60_000;
const handshakeMs = 10_000;

/** Connects, and again whenever the connection is lost, each time a little later. */
export function linkDaemon({ start, name, changed, told }: LinkOptions): DaemonLink {
  let state: DaemonState = { kind: 'starting' };
  let socket: WebSocket | null = null;
  /** The path of its socket, while it runs. */
  let place: string | null = null;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = firstRetryMs;
  let opening: Promise<void> | null = null;
  let isClosed = false;
  const become = (next: DaemonState): void => {
    state = next;
    if (!isClosed) changed();
  };
  const lost = (reason: string): void => {
    socket = null;
    place = null;
    if (isClosed) return;
    become({ kind: 'absent', reason });
    clearTimeout(retry);
    retry = setTimeout(() => void open(), retryMs).unref();
    retryMs = Math.min(retryMs * 2, lastRetryMs);
  };
  /** One at a time: what is lost during a restart is sought by both. */
  const open = (): Promise<void> => {
    clearTimeout(retry);
    opening ??= connect().finally(() => {
      opening = null;
    });
    return opening;
  };
  const connect = async (): Promise<void> => {
    try {
      const at = startedDaemon.parse(JSON.parse(await runCommand(start, ['start', '--format', 'json'])));
      const listening = await listen(at.socket, name);
      if (isClosed) return listening.terminate();
      socket = listening;
      const look = (): Promise<void> => lookAt(at.socket).then(told, () => listening.terminate());
      listening.on('message', (data) => {
        if (notice.safeParse(readJson(String(data))).success) void look();
      });
      listening.once('close', () => lost('it has ended'));
      await look();
      retryMs = firstRetryMs;
      place = at.socket;
      become({ kind: 'running', pid: at.pid });
    } catch (error) {
      lost(error instanceof Error ? error.message : String(error));
    }
  };
  void open();
  return {
    state: () => state,
    describe: () =>
      place === null
        ? runCommand(start, ['status'])
        : askDaemon({ socketPath: place, path: '/v1/status', accept: 'text/plain' }),
    askException: (asked) => post(place, { path: '/v1/exceptions/requests', body: asked }, requestedException),
    giveFeedback: (said) => post(place, { path: '/v1/feedback', body: said }, givenFeedback),
    async restart() {
      await runCommand(start, ['stop']);
      retryMs = firstRetryMs;
      if (socket !== null) return;
      become({ kind: 'starting' });
      await open();
    },
    close() {
      isClosed = true;
      clearTimeout(retry);
      socket?.terminate();
    },
  };
}

/** Runs `kerb daemon …` and answers what it prints; throws what it complains of. */
function runCommand({ command, env }: StartDaemon, args: readonly string[]): Promise<string> {
  const [program = '', ...before] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...before, 'daemon', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      timeout: commandMs,
      windowsHide: true,
    });
    const [stdout, stderr] = [collect(child, 'stdout'), collect(child, 'stderr')];
    child.once('error', reject);
    child.once('close', (code) => {
      const complaint = stderr()
        .replace(/^kerb: /, '')
        .trim();
      if (code === 0) resolve(stdout());
      else reject(new Error(complaint || `kerb daemon ${args[0]} ended with ${code}`));
    });
  });
}

function collect(child: ChildProcess, name: 'stdout' | 'stderr'): () => string {
  let text = '';
  child[name]?.on('data', (data: Buffer) => {
    if (text.length < 100_000) text += data.toString();
  });
  return () => text;
}

/** A WebSocket that is open. What it sends is a hint to look again, so that nothing large is ever read. */
async function listen(socketPath: string, name: string): Promise<WebSocket> {
  const [{ WebSocket }, { connect }] = await Promise.all([import('ws'), import('node:net')]);
  const socket = new WebSocket('ws://kerb/v1/notices', {
    createConnection: () => connect(socketPath),
    headers: { 'User-Agent': name },
    handshakeTimeout: handshakeMs,
    maxPayload: 1024,
    perMessageDeflate: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => socket.terminate());
  return socket;
}

/** What the organisation says, and what was asked of it. */
async function lookAt(socketPath: string): Promise<Told> {
  const [organisation, requests, feedback] = await Promise.all([
    askDaemon({ socketPath, path: '/v1/organisation' }),
    askDaemon({ socketPath, path: '/v1/exceptions/requests' }),
    askDaemon({ socketPath, path: '/v1/feedback' }),
  ]);
  const answer = organisationAnswer.safeParse(readJson(organisation));
  if (!answer.success)
    throw new Error('the daemon is of another version and did not say what the organisation’s policies are');
  // An older daemon knows of no requests, or of no feedback.
  const asked = requestedExceptions.safeParse(readJson(requests));
  const given = givenFeedbacks.safeParse(readJson(feedback));
  return {
    organisation: answer.data,
    requests: asked.success ? asked.data.requests : [],
    feedback: given.success ? given.data.feedback : [],
  };
}

async function post<T>(
  socketPath: string | null,
  question: { readonly path: string; readonly body: object },
  schema: ZodType<T>,
): Promise<T> {
  if (socketPath === null) throw new Error('the daemon does not run');
  const value = readJson(await askDaemon({ socketPath, ...question }));
  const kept = schema.safeParse(value);
  if (kept.success) return kept.data;
  const refusal = daemonError.safeParse(value);
  throw new Error(refusal.success ? refusal.data.error.message : 'the daemon’s answer cannot be understood');
}
