/** A small real HTTP server that speaks the hub's protocol, with switches for what can go wrong. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import { type FindingFeedback, readFeedback } from '../../engine/index.ts';
import {
  type DeviceStatus,
  deviceStatus,
  type ExceptionRequestState,
  envelope,
  type Hint,
  hubPaths,
  publicationType,
} from '../../hub/protocol.ts';
import { createGatekeeper, type Gatekeeper, type KnownDevice } from './gatekeeper.ts';
import { JournalStore } from './journalStore.ts';

/** Takes a request over; true where it has. */
type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface TestHub {
  readonly address: string;
  readonly door: Gatekeeper;
  readonly journals: JournalStore;
  /** What is published, by the names below `/v1/tuf/`. */
  files: ReadonlyMap<string, Buffer>;
  fault: Fault | null;
  /** Whether policies can be had without a token: for other people's clients. */
  isOpen: boolean;
  /** Requests for exceptions, by id, and what became of them. */
  readonly requests: Map<string, ExceptionRequestState>;
  /** What people have said of findings, as it came. */
  readonly feedback: FindingFeedback[];
  /** What devices said of themselves. */
  readonly statuses: Map<string, DeviceStatus>;
  /** Answers requests that are held, and tells sockets; with these files where there are any. */
  hint(about: Hint['about'], files?: Hint['files']): void;
  listeners(): number;
  /** Requests that are held. */
  waiting(): number;
  close(): Promise<void>;
}

const maxBodyBytes = 20_000_000;

/** `now` in milliseconds since 1970. */
export async function startTestHub({ now }: { readonly now: () => number }): Promise<TestHub> {
  const server = createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({ noServer: true });
  const held = new Set<() => void>();
  let carried: Hint['files'];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hub: TestHub = {
    address,
    door: createGatekeeper(now),
    journals: new JournalStore(),
    files: new Map(),
    fault: null,
    isOpen: false,
    statuses: new Map(),
    requests: new Map(),
    feedback: [],
    hint(about, files) {
      carried = files;
      for (const release of held) release();
      for (const socket of sockets.clients) socket.send(JSON.stringify({ type: 'hint', about, files } satisfies Hint));
    },
    listeners: () => sockets.clients.size,
    waiting: () => held.size,
    async close() {
      for (const release of held) release();
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('upgrade', async (request, socket, head) => {
    if (hub.fault?.(request, null as never) === true) return;
    const device = await deviceOf(request);
    if (typeof device === 'string' || request.url !== hubPaths.hints) socket.destroy();
    else sockets.handleUpgrade(request, socket, head, () => undefined);
  });

  const deviceOf = (request: IncomingMessage): Promise<KnownDevice | string> =>
    hub.door.deviceOf({
      method: request.method ?? '',
      url: address + pathOf(request),
      authorization: request.headers.authorization,
      proof: header(request, 'dpop'),
    });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (hub.fault?.(request, response) === true) return;
      await route(request, response);
    } catch (error) {
      send(response, 500, { error: { code: 'fault', message: String(error) } });
    }
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request);
    const form = async () => new URLSearchParams(await bodyOf(request));
    if (hub.door.nonce !== null) response.setHeader('dpop-nonce', hub.door.nonce);
    if (path === hubPaths.deviceAuthorization) return send(response, 200, hub.door.authorise(await form(), address));
    if (path === hubPaths.token) {
      const token = await hub.door.token(await form(), header(request, 'dpop'), address + path);
      return typeof token === 'string' ? send(response, 400, { error: token }) : send(response, 200, token);
    }
    const isPolicies = path.startsWith('/v1/tuf/');
    const device = hub.isOpen && isPolicies ? null : await deviceOf(request);
    if (typeof device === 'string') return send(response, 401, { error: { code: 'unauthorized', message: device } });
    if (isPolicies) return sendFile(request, response, path.slice('/v1/tuf/'.length));
    if (device === null) throw new Error('no device');
    if (path === hubPaths.journal) return answerJournal(request, response, device);
    if (path === hubPaths.exceptionRequests) return answerRequests(request, response);
    if (path === hubPaths.feedback) return answerFeedback(request, response);
    if (path === hubPaths.deviceStatus) {
      hub.statuses.set(device.id, deviceStatus.parse(JSON.parse(await bodyOf(request))));
      return send(response, 200, {});
    }
    send(response, 404, { error: { code: 'notFound', message: `there is nothing at ${path}` } });
  };

  const answerRequests = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET') {
      const ids = new URL(request.url ?? '', address).searchParams.getAll('id');
      return send(response, 200, { requests: ids.flatMap((id) => hub.requests.get(id) ?? []) });
    }
    const { payload } = envelope.parse(JSON.parse(await bodyOf(request)));
    const { id } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
    const state = hub.requests.get(id) ?? { id, state: 'pending' as const, reason: null, exception: null };
    hub.requests.set(id, state);
    send(response, 200, state);
  };

  const answerFeedback = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { payload } = envelope.parse(JSON.parse(await bodyOf(request)));
    const given = readFeedback(Buffer.from(payload, 'base64').toString('utf8'));
    if (given === null) return send(response, 400, { error: { code: 'invalid', message: 'this is no feedback' } });
    hub.feedback.push(given);
    send(response, 200, { id: given.id });
  };

  const sendFile = async (request: IncomingMessage, response: ServerResponse, name: string): Promise<void> => {
    const etagOf = (): string | null => {
      const bytes = hub.files.get(name);
      return bytes === undefined ? null : `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
    };
    const asked = header(request, 'if-none-match');
    if (asked !== undefined && asked === etagOf() && /^wait=\d+$/.test(header(request, 'prefer') ?? '')) {
      await new Promise<void>((resolve) => {
        const release = (): void => {
          held.delete(release);
          resolve();
        };
        held.add(release);
        response.on('close', release);
      });
    }
    const bytes = hub.files.get(name);
    const etag = etagOf();
    if (bytes === undefined || etag === null)
      return send(response, 404, { error: { code: 'notFound', message: `there is no ${name}` } });
    response.setHeader('etag', etag);
    if (asked === etag) response.writeHead(304).end();
    else if (carried !== undefined && header(request, 'accept')?.includes(publicationType) === true) {
      const message = { type: 'hint', about: 'policies', files: carried } satisfies Hint;
      response.writeHead(200, { 'content-type': publicationType }).end(JSON.stringify(message));
    } else response.writeHead(200, { 'content-type': 'application/json' }).end(bytes);
  };

  const answerJournal = async (
    request: IncomingMessage,
    response: ServerResponse,
    device: KnownDevice,
  ): Promise<void> => {
    const taken =
      request.method === 'POST'
        ? hub.journals.take(JSON.parse(await bodyOf(request)), device)
        : { kind: 'taken' as const };
    if (taken.kind === 'refused') return send(response, 409, { error: { code: taken.code, message: taken.message } });
    send(response, 200, hub.journals.acknowledgement(device.id));
  };
  return hub;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').replace(/\?.*$/, '');
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const body = await text(request);
  if (body.length > maxBodyBytes) throw new Error('the body is too long');
  return body;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
