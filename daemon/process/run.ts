/** A daemon's life: it takes its lock, listens, warms up, serves until nobody needs it or it is told to end. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { framesOf } from '../../engine/index.ts';
import { askStatus } from '../client/ask.ts';
import type { LocalGate } from '../gate/localGate.ts';
import {
  type AskedException,
  type DaemonStatus,
  daemonProtocolVersion,
  type GivenFeedback,
  type Notice,
  type OrganisationAnswer,
  type RequestedException,
  type SaidOfFinding,
  type SyncAnswer,
} from '../protocol.ts';
import { type Lock, takeLock } from '../store/lock.ts';
import type { Address } from './address.ts';
import { makeOwnFolder } from './folder.ts';
import { createIdle, type Idle, type Schedule } from './idle.ts';
import type { Log } from './log.ts';
import { createNotices, type Notices } from './notices.ts';
import type { Desk } from './routes.ts';
import { type Serving, serve } from './serve.ts';

/** What a daemon serves: made after the lock is taken, closed before it is let go. */
export interface Works {
  readonly gate: LocalGate;
  status(): Pick<DaemonStatus, 'policies' | 'journal' | 'problems'>;
  organisation(): OrganisationAnswer;
  /** Asks the hub for news now. */
  synchronise(): Promise<SyncAnswer>;
  /** Keeps a person's request for an exception and lets it go out. Throws `Refusal` where nobody could grant it. */
  askException(asked: AskedException): Promise<RequestedException>;
  requestedExceptions(): readonly RequestedException[];
  giveFeedback(said: SaidOfFinding): Promise<GivenFeedback>;
  givenFeedback(): readonly GivenFeedback[];
  /** Does what the first request would otherwise wait for. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly address: Address;
  readonly version: string;
  /** How long nobody has to need it before it ends. */
  readonly idleMs: number;
  /** How long a request may take to arrive; 10 s. */
  readonly arrivalMs?: number;
  readonly log: Log;
  /** Milliseconds since any moment. It never goes back, as the time of day does. */
  readonly elapsedMs: () => number;
  readonly schedule: Schedule;
  /** `tell` reaches everybody who listens; `giveUp` ends the daemon, whose successor may do better. */
  readonly open: (tell: (notice: Notice) => void, giveUp: (reason: string) => void) => Promise<Works>;
}

export type Run =
  | { readonly kind: 'running'; readonly daemon: Daemon }
  /** Another one serves this address. */
  | { readonly kind: 'taken'; readonly pid: number }
  | { readonly kind: 'problem'; readonly message: string };

export interface Daemon {
  stop(): void;
  /** Resolves when it has ended and left nothing behind. */
  readonly ended: Promise<void>;
}

/** How long a predecessor may take to let the lock go, which it does only after all that it had begun. */
const handoverMs = 60_000;

/** Runs a daemon, unless one runs already. */
export async function runDaemon(options: RunOptions): Promise<Run> {
  const refused = makeOwnFolder(options.address.folder);
  if (refused !== null) return { kind: 'problem', message: refused };
  const held = await lockOrPeer(options.address);
  if (held.kind !== 'lock') return held;
  const { lock } = held;
  try {
    return { kind: 'running', daemon: await begin(options, lock) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function lockOrPeer(address: Address): Promise<{ kind: 'lock'; lock: Lock } | Exclude<Run, { kind: 'running' }>> {
  const until = performance.now() + handoverMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.5, 1_000)) {
    const lock = takeLock(address.lock);
    if (lock !== null) return { kind: 'lock', lock };
    const peer = await askStatus(address);
    if (peer.kind === 'answer' && peer.value.state === 'running') return { kind: 'taken', pid: peer.value.pid };
    if (performance.now() > until) {
      const message = `another daemon holds ${address.lock} and does not answer: find its process (\`fuser ${address.lock}\`), end it, and start again`;
      return { kind: 'problem', message };
    }
    await sleep(pauseMs);
  }
}

async function begin(options: RunOptions, lock: Lock): Promise<Daemon> {
  const { address, idleMs, log, elapsedMs, schedule } = options;
  const notices = createNotices(elapsedMs);
  let stop: () => void = () => undefined;
  const stopping = new Promise<void>((resolve) => (stop = resolve));
  let state: DaemonStatus['state'] = 'running';
  const works = await options.open((notice) => notices.tell(notice), endFor);
  const idle = createIdle({ afterMs: idleMs, schedule, onIdle: () => endFor('nobody has needed it for a while') });
  function endFor(reason: string): void {
    if (state === 'stopping') return;
    state = 'stopping';
    log(`ends: ${reason}`);
    stop();
  }
  const startedMs = elapsedMs();
  const desk: Desk = {
    gate: works.gate,
    organisation: () => works.organisation(),
    synchronise: () => works.synchronise(),
    askException: (asked) => works.askException(asked),
    requestedExceptions: () => works.requestedExceptions(),
    giveFeedback: (said) => works.giveFeedback(said),
    givenFeedback: () => works.givenFeedback(),
    status: () => ({ ...factsOf(options, startedMs, notices), ...works.status(), state, requests: serving.counts() }),
    stop: () => endFor('it was told to'),
  };
  const serving: Serving = await serve({ ...options, desk, idle, notices });
  log(`Kerb ${options.version} listens on ${address.socket}, process ${process.pid}`);
  works.warm().catch((error: unknown) => log(`broke while it warmed up: ${framesOf(error)}`));
  return { stop: desk.stop, ended: stopping.then(() => end({ serving, works, idle, lock, log })) };
}

function factsOf({ version, elapsedMs }: RunOptions, startedMs: number, notices: Notices) {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    version,
    protocol: daemonProtocolVersion,
    pid: process.pid,
    uptimeMs: elapsedMs() - startedMs,
    clients: notices.listeners().map(({ name, sinceMs }) => ({ name, connectedMs: elapsedMs() - sinceMs })),
    memory: { rssBytes: rss, heapUsedBytes: heapUsed },
  };
}

async function end(parts: { serving: Serving; works: Works; idle: Idle; lock: Lock; log: Log }): Promise<void> {
  const { serving, works, idle, lock, log } = parts;
  idle.close();
  try {
    await serving.close();
    await works.close();
  } finally {
    lock.release();
    log('ended');
  }
}
