/**
 * Hearing of news sooner than at the next round: the hub's WebSocket, or else one request that it holds. Both say "look
 * again", and may bring what there is to be seen, which is verified like everything else. Without them everything arrives all
 * the same, later.
 */
import { once } from 'node:events';
import WebSocket from 'ws';
import { readJson } from '../../engine/index.ts';
import { type Hint, hint, hubPaths, distributionLimits as limits, publicationType } from '../../hub/protocol.ts';
import type { Hub } from './hub.ts';
import type { Answer } from './network.ts';
import { sleepUntil } from './schedule.ts';
import type { Freshness } from './tuf/hubSource.ts';
import { nothingOffered, type Offer, offerOf } from './tuf/offer.ts';

/** The one who listens, from round to round. */
export interface Watch {
  /** Sees to it that news is heard of until the signal: by the WebSocket, which stays open, else by requests that the hub holds. */
  keep(connection: { readonly hub: Hub; readonly freshness: Freshness }, signal: AbortSignal): Promise<void>;
  close(): void;
}

export function createWatch({
  heard,
  ended,
}: {
  readonly heard: (news: News) => void;
  readonly ended: AbortSignal;
}): Watch {
  let listening: Listening | null = null;
  let opening: Promise<Listening | null> | null = null;
  return {
    async keep({ hub, freshness }, signal) {
      if (listening?.isOpen() === true) return;
      listening?.close();
      opening ??= listen(hub, { heard, freshness, signal: ended });
      listening = await opening;
      opening = null;
      while (listening === null && !signal.aborted) {
        const news = await holdRequest(hub, { freshness, signal });
        if (news === null) return;
        heard(news);
        await sleepUntil(hearEveryMs, signal);
      }
    },
    close: () => listening?.close(),
  };
}

/** A WebSocket that was opened, and may have been closed since. */
export interface Listening {
  isOpen(): boolean;
  close(): void;
}

/** `policies`: with what the hub has sent of them. */
export type News = { readonly about: 'policies'; readonly offer: Offer } | { readonly about: 'anything' };

const handshakeMs = 5_000;
/** A hub may say something as often as it likes: this is how often it is heard. */
const hearEveryMs = 1_000;

export interface ListenOptions {
  readonly heard: (news: News) => void;
  /** What was seen last: the hub says at once where it has something newer by now. */
  readonly freshness: Freshness;
  readonly signal: AbortSignal;
}

/** Opens the hub's WebSocket; null where that fails. It closes by itself when anything is wrong, and at the signal. */
export async function listen(
  hub: Hub,
  { heard, freshness: { timestamp }, signal }: ListenOptions,
): Promise<Listening | null> {
  const headers = await hub.authorise('GET', hubPaths.hints).catch(() => null);
  if (headers === null || signal.aborted) return null;
  const socket = new WebSocket(hub.address.replace(/^http/, 'ws') + hubPaths.hints, {
    headers: {
      ...{ ...headers, accept: publicationType },
      ...(timestamp === null ? {} : { 'if-none-match': timestamp.etag }),
    },
    handshakeTimeout: handshakeMs,
    maxPayload: limits.publication,
    followRedirects: false,
    perMessageDeflate: false,
  });
  socket.on('message', (data) => {
    const read = readHint(String(data));
    if (read !== null) heard(newsOf(read));
    // What comes meanwhile stays with the hub.
    socket.pause();
    setTimeout(() => socket.resume(), hearEveryMs).unref();
  });
  // An error is followed by `close`; the next round looks whether there is a socket.
  socket.on('error', () => socket.terminate());
  const end = (): void => socket.terminate();
  signal.addEventListener('abort', end);
  socket.on('close', () => signal.removeEventListener('abort', end));
  const opened = await once(socket, 'open', { signal }).catch(() => null);
  return opened === null
    ? null
    : { isOpen: () => socket.readyState === WebSocket.OPEN, close: () => socket.terminate() };
}

const heldSeconds = 50;

/** One request that the hub holds until there is something new (RFC 7240); null where nothing was. */
export async function holdRequest(
  hub: Hub,
  { freshness, signal }: { readonly freshness: Freshness; readonly signal: AbortSignal },
): Promise<News | null> {
  const { timestamp } = freshness;
  if (timestamp === null) return null;
  const answer = await hub
    .send({
      method: 'GET',
      path: `${hubPaths.metadata}/timestamp.json`,
      headers: {
        accept: `${publicationType}, application/json`,
        'if-none-match': timestamp.etag,
        prefer: `wait=${heldSeconds}`,
      },
      maxBytes: limits.publication,
      withinMs: (heldSeconds + 10) * 1_000,
      signal,
    })
    .catch(() => null);
  return answer?.status === 200 ? newsIn(answer) : null;
}

/** An older hub answers with the timestamp alone. */
function newsIn({ headers, body }: Answer): News {
  const isWhole = headers.get('content-type')?.startsWith(publicationType) === true;
  const read = isWhole ? readHint(body.toString('utf8')) : null;
  return read === null ? { about: 'policies', offer: nothingOffered } : newsOf(read);
}

function newsOf(read: Hint): News {
  const isPolicies = read.about === 'policies' || read.about === 'exceptions';
  return isPolicies ? { about: 'policies', offer: offerOf(read) } : { about: 'anything' };
}

function readHint(text: string): Hint | null {
  return hint.safeParse(readJson(text)).data ?? null;
}
