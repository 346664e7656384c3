/** The daemon's HTTP server: a unix socket or named pipe, one request a connection, everything bounded. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { framesOf } from '../../engine/index.ts';
import type { Address } from './address.ts';
import { type Answer, Refusal, refused, send } from './answer.ts';
import { readBody } from './body.ts';
import type { Idle } from './idle.ts';
import type { Log } from './log.ts';
import type { Notices } from './notices.ts';
import { type Desk, routes } from './routes.ts';

export interface ServeOptions {
  readonly address: Address;
  readonly desk: Desk;
  readonly idle: Idle;
  readonly notices: Notices;
  readonly log: Log;
  readonly version: string;
  /** How long a request may take to arrive; 10 s. */
  readonly arrivalMs?: number;
}

export interface Serving {
  /** Requests answered, and those being worked on. */
  counts(): { readonly answered: number; readonly running: number };
  /** Takes nothing new, finishes what runs, and answers when all is done. */
  close(): Promise<void>;
}

/** More connections at once than all hooks and editors of a person open; what is beyond is turned away. */
const maxConnections = 512;
const maxHeaderBytes = 16 * 1024;
/** Connections are watched one by one, by timers that exist only while they do. */
const never = 2 ** 31 - 1;

/** Listens. The caller holds the address's lock, so what lies at the socket's path is nobody's any more. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { address, notices, log } = options;
  const counts = { answered: 0, running: 0 };
  let isClosing = false;
  let finished: () => void = () => undefined;
  const arrivals = new WeakMap<Duplex, () => void>();
  const server = createServer({ maxHeaderSize: maxHeaderBytes, connectionsCheckingInterval: never });
  server.maxConnections = maxConnections;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on('connection', (socket) => {
    const timer = setTimeout(() => socket.end(lateAnswer), options.arrivalMs ?? 10_000);
    arrivals.set(socket, () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
  server.on('request', (request, response) => {
    counts.running++;
    const leave = options.idle.enter();
    void answer(request, response).then((reply) => {
      send(request, response, reply);
      counts.running--;
      counts.answered++;
      leave();
      if (isClosing && counts.running === 0) finished();
    });
  });
  server.on('upgrade', (request, socket, head) => {
    arrivals.get(socket)?.();
    socket.on('error', () => undefined);
    if (isClosing || request.url !== '/v1/notices') socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    else notices.accept(request, socket, head, options.idle.enter());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    response.setHeader('Kerb-Version', options.version);
    try {
      const body = await readBody(request);
      arrivals.get(request.socket)?.();
      if (isClosing) throw new Refusal(503, 'stopping', 'the daemon ends: ask again, another one will start');
      const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim();
      return await routeOf(request, options.version)({ body, type }, options.desk);
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      log(`${request.method} ${request.url}: ${framesOf(error)}`);
      return refused({
        status: 500,
        code: 'fault',
        message: 'this is a fault in Kerb, and no verdict; the log says where',
      });
    }
  }

  await listen(server, address);
  return {
    counts: () => ({ ...counts }),
    async close() {
      isClosing = true;
      const done = counts.running === 0 ? Promise.resolve() : new Promise<void>((resolve) => (finished = resolve));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      notices.close();
      await done;
      server.closeIdleConnections();
      await closed;
    },
  };
}

function routeOf({ method, url }: IncomingMessage, version: string) {
  const name = `${method} ${url}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route !== undefined) return route;
  const message = `this daemon (Kerb ${version}) does not know ${name.slice(0, 200)}; after an update, \`kerb daemon stop\` makes room for the current one`;
  throw new Refusal(404, 'unknownRequest', message);
}

async function listen(server: Server, { socket }: Address): Promise<void> {
  const isFile = process.platform !== 'win32';
  if (isFile) rmSync(socket, { force: true });
  // The folder keeps others out already; the mask leaves no moment in which the socket alone would let them in.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
  } finally {
    process.umask(mask);
  }
  if (isFile) chmodSync(socket, 0o600);
}

const lateBody = JSON.stringify({
  error: { code: 'tooSlow', message: 'the request took too long to arrive: send it at once' },
});
const lateAnswer = `HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${lateBody.length}\r\n\r\n${lateBody}`;
