/** The WebSocket that says "look again": whoever misses it hears of everything all the same, later. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Hub } from '../hub.ts';
import { authenticate, type Caller } from '../identity/authenticate.ts';
import { hintsProtocol } from '../protocol/page.ts';
import { hubPaths } from '../protocol.ts';
import { createChannels, mayHear } from './channel.ts';
import { watchGrowth } from './growth.ts';
import { takesPublications } from './hold.ts';
import { isFromOurPage, readCookie } from './origin.ts';

const maxSockets = 20_000;
const maxMessageBytes = 1_024;

export function serveHints(hub: Hub, server: Pick<Server, 'on'>): { close(): Promise<void> } {
  const growth = watchGrowth(hub);
  const channels = createChannels(hub, growth);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    whoListens(request).then(
      (caller) => {
        if (caller === null) return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
        sockets.handleUpgrade(request, socket, head, (opened) => {
          opened.on('error', () => opened.terminate());
          const known = request.headers['if-none-match'] ?? null;
          channels.join({ caller, socket: opened, takesFiles: takesPublications(caller, request.headers), known });
        });
      },
      (error: unknown) => {
        hub.say(`a WebSocket could not be opened: ${error instanceof Error ? error.message : String(error)}`);
        socket.destroy();
      },
    );
  });

  /** Null for whoever may hear nothing. */
  async function whoListens(request: IncomingMessage): Promise<Caller | null> {
    const path = request.url?.split('?')[0];
    if (path !== hubPaths.hints || sockets.clients.size >= maxSockets) return null;
    const { authorization, dpop } = request.headers;
    const proof = typeof dpop === 'string' ? dpop : undefined;
    const url = `${hub.url}${path}`;
    const who = await authenticate({ method: 'GET', url, authorization, proof, session: sessionOf(request, hub) }, hub);
    return who.kind === 'caller' && mayHear(who.caller, 'policies') ? who.caller : null;
  }

  return {
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await growth.close();
    },
  };
}

/** A page cannot set a header here: the key of its session is offered as a protocol that nobody speaks. */
function sessionOf({ headers }: IncomingMessage, hub: Hub) {
  const [protocol, pageKey] = headers['sec-websocket-protocol']?.split(',').map((each) => each.trim()) ?? [];
  if (protocol !== hintsProtocol || pageKey === undefined || headers.origin === undefined) return null;
  const cookie = isFromOurPage(headers, { url: hub.url, method: 'GET' }) ? readCookie(headers, hub.url) : null;
  return cookie === null ? null : { cookie, pageKey };
}
