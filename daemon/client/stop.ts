/** Ending a daemon, and waiting until it has. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../process/address.ts';
import { askToStop, type Reply } from './ask.ts';

export type Stopped =
  | { readonly kind: 'ended'; readonly pid: number }
  /** It still works on something, and will end then. */
  | { readonly kind: 'ending'; readonly pid: number }
  | Exclude<Reply<unknown>, { kind: 'answer' }>;

/** How long a daemon is waited for: as long as a large push may take to be judged. */
const patienceMs = 20_000;

/** Asks the daemon of an address to end and waits until its process has gone. */
export async function stopDaemon(address: Address): Promise<Stopped> {
  const reply = await askToStop(address);
  if (reply.kind !== 'answer') return reply;
  const { pid } = reply.value;
  const until = performance.now() + patienceMs;
  while (isAlive(pid)) {
    if (performance.now() > until) return { kind: 'ending', pid };
    await sleep(20);
  }
  return { kind: 'ended', pid };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
