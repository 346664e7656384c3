/** The WebSocket that says "look again", and nothing else: whoever misses it hears of everything all the same, later. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Hub } from '../hub.ts';
import { authenticate } from '../identity/authenticate.ts';
import { mayDo } from '../identity/role.ts';
import { type Hint, hubPaths } from '../protocol.ts';

const maxSockets = 20_000;
const maxMessageBytes = 1_024;
const policiesChanged: Hint = { type: 'hint', about: 'policies' };

export function serveHints(hub: Hub, server: Pick<Server, 'on'>): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    upgrade(request).then(
      (tenant) => {
        if (tenant === null) return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
        sockets.handleUpgrade(request, socket, head, (opened) => {
          opened.on('error', () => opened.terminate());
          const unsubscribe = hub.news.subscribe(tenant, () => opened.send(JSON.stringify(policiesChanged)));
          opened.on('close', unsubscribe);
        });
      },
      (error: unknown) => {
        hub.say(`a WebSocket could not be opened: ${error instanceof Error ? error.message : String(error)}`);
        socket.destroy();
      },
    );
  });

  /** Whose news the caller may hear; null where it may hear none. */
  async function upgrade(request: IncomingMessage): Promise<number | null> {
    const path = request.url?.split('?')[0];
    if (path !== hubPaths.hints || sockets.clients.size >= maxSockets) return null;
    const { authorization, dpop } = request.headers;
    const proof = typeof dpop === 'string' ? dpop : undefined;
    const who = await authenticate({ method: 'GET', url: `${hub.url}${path}`, authorization, proof }, hub);
    return who.kind === 'caller' && mayDo(who.caller.role, 'policy:read') ? who.caller.tenant.id : null;
  }

  return {
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
