/** The WebSocket on the daemon's socket: it tells editors to look again, and nothing else. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Notice } from '../protocol.ts';

/** Who listens, since when. */
interface Listener {
  readonly name: string;
  readonly sinceMs: number;
}

export interface Notices {
  listeners(): readonly Listener[];
  tell(notice: Notice): void;
  /** Takes over a connection that asked to become a WebSocket; `left` is called when it has gone. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, left: () => void): void;
  /** Says goodbye to all. */
  close(): void;
}

/** Clients say nothing that matters, so that nothing large has to be read. */
const maxPayload = 1024;

export function createNotices(elapsedMs: () => number): Notices {
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  const listeners = new Map<object, Listener>();
  return {
    listeners: () => [...listeners.values()],
    tell(notice) {
      const text = JSON.stringify(notice);
      for (const client of server.clients) client.send(text);
    },
    accept(request, socket, head, left) {
      // A handshake that fails never becomes a client, so the socket itself says when it has gone.
      socket.once('close', left);
      server.handleUpgrade(request, socket, head, (client) => {
        listeners.set(client, { name: nameOf(request), sinceMs: elapsedMs() });
        client.on('close', () => listeners.delete(client));
        // The connection is closed by whoever broke the protocol's rules; there is nobody to tell.
        client.on('error', () => undefined);
      });
    },
    close() {
      for (const client of server.clients) client.close(1001);
      server.close();
    },
  };
}

/** What a client calls itself, as one printable line. */
function nameOf({ headers }: IncomingMessage): string {
  const name = (headers['user-agent'] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 100);
  return name === '' ? 'unnamed' : name;
}
