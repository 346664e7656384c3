/**
 * Those who listen to one tenant, told together. What there is to tell is made once, and is the same bytes for everyone. Whoever
 * does not take in what he was sent is told less, and then shut out: nothing here is needed for the truth.
 */
import { setImmediate as others } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Hub } from '../hub.ts';
import type { Caller } from '../identity/authenticate.ts';
import { mayDo, type Permission } from '../identity/role.ts';
import type { Topic } from '../policies/news.ts';
import { type Hint, distributionLimits as limits } from '../protocol.ts';
import type { Growth } from './growth.ts';

export interface Listener {
  readonly caller: Caller;
  readonly socket: WebSocket;
  /** Whether it takes the files of a publication with the hint. */
  readonly takesFiles: boolean;
  /** The ETag of the publication that it has; null where it does not say. */
  readonly known: string | null;
}

export interface Channels {
  /** Until its socket closes. */
  join(listener: Listener): void;
}

/** However much happens, everyone is told of one thing no oftener. */
const pauseMs = 200;
/** Of what was sent to one socket and has not left: the longest message, and a few short ones. */
const maxUnsentBytes = limits.publication + 4_096;
/** Told one after the other, until others have their turn. */
const toldAtOnce = 500;

export function createChannels(hub: Hub, growth: Growth): Channels {
  const channels = new Map<number, Channel>();
  return {
    join(listener) {
      const { tenant } = listener.caller;
      const channel = channels.get(tenant.id) ?? openChannel(hub, tenant.id);
      channels.set(tenant.id, channel);
      channel.listeners.add(listener);
      catchUp(hub, listener).catch((error: unknown) => hub.say(`a device was not told at once: ${String(error)}`));
      const unlisten = growth.listen(tenant.id, mayHear(listener.caller, 'journal') ? 'journal' : 'policies');
      listener.socket.on('close', () => {
        unlisten();
        channel.listeners.delete(listener);
        if (channel.listeners.size > 0 || channels.get(tenant.id) !== channel) return;
        channels.delete(tenant.id);
        channel.close();
      });
    },
  };
}

/** What a permission to read is needed for, to hear of it. Devices hear of what they fetch, and not of each other's decisions. */
const readers: Readonly<Record<Topic, Permission>> = {
  policies: 'policy:read',
  exceptions: 'policy:read',
  rollout: 'policy:read',
  journal: 'decision:read',
  alerts: 'alert:read',
};

export function mayHear({ role }: Caller, about: Topic): boolean {
  return mayDo(role, readers[about]);
}

interface Channel {
  readonly listeners: Set<Listener>;
  close(): void;
}

function openChannel(hub: Hub, tenant: number): Channel {
  const listeners = new Set<Listener>();
  let told: string | null = null;
  let turn: Promise<void> = Promise.resolve();

  const tell = async (about: Topic): Promise<void> => {
    if (hub.news.isClosed()) return;
    const short = JSON.stringify({ type: 'hint', about } satisfies Hint);
    const publication = about === 'policies' ? await hub.newestPublication(tenant) : null;
    // Where several hubs have one database, the one that has published hears of it twice.
    if (publication !== null && publication.etag === told) return;
    told = publication?.etag ?? told;
    const keys = publication === null ? null : await hub.store.deviceKeys(tenant);
    let count = 0;
    for (const listener of listeners) {
      if (!mayHear(listener.caller, about)) continue;
      if (++count % toldAtOnce === 0) await others();
      if (keys !== null && isShutOut(listener.caller, keys)) listener.socket.terminate();
      else send(listener, { short, whole: publication?.message ?? null });
    }
  };
  const teller = createTeller((about) => {
    turn = turn
      .then(() => tell(about))
      .catch((error: unknown) => hub.say(`nobody was told of ${about}: ${String(error)}`));
  });
  const unsubscribe = hub.news.subscribe(tenant, teller.tell);
  return {
    listeners,
    close() {
      unsubscribe();
      teller.close();
    },
  };
}

/** Whoever has asked last before something was published, and listens only now, hears of it all the same. */
async function catchUp(hub: Hub, listener: Listener): Promise<void> {
  const { caller, known, socket } = listener;
  if (known === null) return;
  const publication = await hub.newestPublication(caller.tenant.id);
  if (publication === null || publication.etag === known || socket.readyState !== socket.OPEN) return;
  send(listener, {
    short: JSON.stringify({ type: 'hint', about: 'policies' } satisfies Hint),
    whole: publication.message,
  });
}

/** A device that was revoked since it came, or has another key. */
function isShutOut({ device }: Caller, keys: ReadonlyMap<string, string>): boolean {
  return device !== null && keys.get(device.id) !== device.keyId;
}

function send(
  { socket, takesFiles }: Listener,
  { short, whole }: { readonly short: string; readonly whole: Buffer | null },
): void {
  const unsent = socket.bufferedAmount;
  if (unsent > maxUnsentBytes) socket.terminate();
  else if (takesFiles && whole !== null && unsent === 0) socket.send(whole, { binary: false });
  else socket.send(short);
}

/** Tells at once, then of everything that came meanwhile in one word. */
function createTeller(tell: (about: Topic) => void) {
  const pauses = new Map<Topic, { readonly timer: NodeJS.Timeout; isDue: boolean }>();
  const told = (about: Topic): void => {
    const pause = pauses.get(about);
    if (pause !== undefined) {
      pause.isDue = true;
      return;
    }
    tell(about);
    const timer = setTimeout(() => {
      const isDue = pauses.get(about)?.isDue === true;
      pauses.delete(about);
      if (isDue) told(about);
    }, pauseMs);
    pauses.set(about, { timer, isDue: false });
  };
  return {
    tell: told,
    close() {
      for (const { timer } of pauses.values()) clearTimeout(timer);
    },
  };
}
