/** The WebSocket that says "look again", and nothing else: whoever misses it hears of everything all the same, later. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Hub } from '../hub.ts';
import { authenticate, type Caller } from '../identity/authenticate.ts';
import { mayDo, type Permission } from '../identity/role.ts';
import type { Topic } from '../policies/news.ts';
import { hintsProtocol } from '../protocol/page.ts';
import { type Hint, hubPaths } from '../protocol.ts';

import { watchGrowth } from './growth.ts';
import { isFromOurPage, readCookie } from './origin.ts';

const maxSockets = 20_000;
const maxMessageBytes = 1_024;
/** However much happens, one socket is told of one thing no oftener. */
const pauseMs = 200;

export function serveHints(hub: Hub, server: Pick<Server, 'on'>): { close(): Promise<void> } {
  const growth = watchGrowth(hub);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    whoListens(request).then(
      (caller) => {
        if (caller === null) return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
        sockets.handleUpgrade(request, socket, head, (opened) => {
          opened.on('error', () => opened.terminate());
          const teller = createTeller((about) => opened.send(JSON.stringify({ type: 'hint', about } satisfies Hint)));
          const unsubscribe = hub.news.subscribe(caller.tenant.id, (about) => {
            if (mayHear(caller, about)) teller.tell(about);
          });
          const unlisten = mayHear(caller, 'journal') ? growth.listen(caller.tenant.id) : null;
          opened.on('close', () => {
            unsubscribe();
            unlisten?.();
            teller.close();
          });
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

/** What a permission to read is needed for, to hear of it. Devices hear of what they fetch, and not of each other's decisions. */
const readers: Readonly<Record<Topic, Permission>> = {
  policies: 'policy:read',
  exceptions: 'policy:read',
  rollout: 'policy:read',
  journal: 'decision:read',
};

function mayHear({ role }: Caller, about: Topic): boolean {
  return mayDo(role, readers[about]);
}

/** A page cannot set a header here: the key of its session is offered as a protocol that nobody speaks. */
function sessionOf({ headers }: IncomingMessage, hub: Hub) {
  const [protocol, pageKey] = headers['sec-websocket-protocol']?.split(',').map((each) => each.trim()) ?? [];
  if (protocol !== hintsProtocol || pageKey === undefined || headers.origin === undefined) return null;
  const cookie = isFromOurPage(headers, { url: hub.url, method: 'GET' }) ? readCookie(headers, hub.url) : null;
  return cookie === null ? null : { cookie, pageKey };
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
