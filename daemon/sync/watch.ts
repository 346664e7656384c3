/**
 * Hearing of news sooner than at the next round: the hub's WebSocket, or else one request that it holds. Both say only
 * "look again". What they say is never believed, and without them everything arrives all the same, later.
 */
import WebSocket from 'ws';
import { distributionLimits, hint, hubPaths } from '../../hub/protocol.ts';
import type { Hub } from './hub.ts';
import type { Freshness } from './tuf/hubSource.ts';

/** A WebSocket that is open, or has been closed. */
export interface Listening {
  isOpen(): boolean;
  close(): void;
}

const maxHintBytes = 4_096;
const handshakeMs = 10_000;

/** Opens the hub's WebSocket; null where it could not even be asked for. It closes by itself when anything is wrong. */
export async function listen(hub: Hub, heard: () => void): Promise<Listening | null> {
  const headers = await hub.authorise('GET', hubPaths.hints).catch(() => null);
  if (headers === null) return null;
  const socket = new WebSocket(hub.address.replace(/^http/, 'ws') + hubPaths.hints, {
    headers,
    handshakeTimeout: handshakeMs,
    maxPayload: maxHintBytes,
    followRedirects: false,
    perMessageDeflate: false,
  });
  socket.on('message', (data) => {
    if (isHint(String(data))) heard();
  });
  // An error is followed by `close`; the next round looks whether there is a socket.
  socket.on('error', () => socket.terminate());
  return { isOpen: () => socket.readyState === WebSocket.OPEN, close: () => socket.terminate() };
}

const heldSeconds = 50;

/** One request that the hub holds until there is something new (RFC 7240); whether there was. */
export async function holdRequest(
  hub: Hub,
  { freshness, signal }: { readonly freshness: Freshness; readonly signal: AbortSignal },
): Promise<boolean> {
  const { timestamp } = freshness;
  if (timestamp === null) return false;
  const answer = await hub
    .send({
      method: 'GET',
      path: `${hubPaths.metadata}/timestamp.json`,
      headers: { 'if-none-match': timestamp.etag, prefer: `wait=${heldSeconds}` },
      maxBytes: distributionLimits.timestamp,
      withinMs: (heldSeconds + 10) * 1_000,
      signal,
    })
    .catch(() => null);
  return answer?.status === 200;
}

function isHint(text: string): boolean {
  try {
    return hint.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
