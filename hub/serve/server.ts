/** The hub over HTTP. Each request goes one way: who is it, may he, is it well formed, do it, answer. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Hub } from '../hub.ts';
import { authenticate, type Caller, type Credentials } from '../identity/authenticate.ts';
import { mayDo } from '../identity/role.ts';
import { BusyError } from '../log/sequencer.ts';
import { pageKeyHeader } from '../protocol/page.ts';
import { ConflictError } from '../store/conflict.ts';
import { noBody, readBody } from './body.ts';
import { serveHints } from './hints.ts';
import { createLimit } from './limit.ts';
import { isFromOurPage, readCookie } from './origin.ts';
import { servePage } from './page.ts';
import { type Answer, type Call, type Route, refuse } from './route.ts';

const defaultMaxBody = 65_536;
/** What may come over the wire at all; a route's own limit is for what it decompresses to. */
const maxWireBytes = 24_000_000;
const requestTimeoutMs = 60_000;

/** TLS by the hub itself: PEM texts. Null behind a proxy that does it. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export async function serve(
  hub: Hub,
  routes: readonly Route[],
  { host, port, tls }: { readonly host: string; readonly port: number; readonly tls: Tls | null },
): Promise<Listening> {
  const app = createApp(hub, routes, tls);
  await servePage(hub, app);
  const hints = serveHints(hub, app.server);
  await app.listen({ host, port });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens nowhere');
  return {
    port: address.port,
    close: async () => {
      await hints.close();
      await app.close();
    },
  };
}

function createApp(hub: Hub, routes: readonly Route[], tls: Tls | null): FastifyInstance {
  const options = {
    bodyLimit: maxWireBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle' as const,
    routerOptions: { maxParamLength: 500 },
  };
  const app: FastifyInstance =
    tls === null ? Fastify(options) : (Fastify({ ...options, https: { ...tls } }) as unknown as FastifyInstance);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  app.addHook('onRequest', async (_, reply) => {
    reply.headers(headersFor(hub));
  });
  const strangers = createLimit({ perSecond: 5, burst: 60, maxRemembered: 10_000 });
  const callers = createLimit({ perSecond: 500, burst: 2_000, maxRemembered: 50_000 });
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => send(reply, await answer(hub, route, request, { strangers, callers })),
    });
  }
  app.setNotFoundHandler(async (_, reply) => send(reply, refuse(404, 'notFound', 'there is nothing at this address')));
  app.setErrorHandler(async (error: { readonly statusCode?: number; readonly message: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) hub.say(`${request.method} ${request.routeOptions.url ?? '?'} failed: ${error.message}`);
    return send(reply, refuse(status, 'refused', status < 500 ? error.message : 'the hub failed: see its log'));
  });
  return app;
}

interface Limits {
  readonly strangers: ReturnType<typeof createLimit>;
  readonly callers: ReturnType<typeof createLimit>;
}

async function answer(hub: Hub, route: Route, request: FastifyRequest, limits: Limits): Promise<Answer> {
  const answered = await attempt(hub, route, request, limits);
  if (route.counted !== 'refusals' || answered.status < 400) return answered;
  return tooOften(limits.strangers.waitMs(request.ip, hub.now())) ?? answered;
}

async function attempt(hub: Hub, route: Route, request: FastifyRequest, limits: Limits): Promise<Answer> {
  const who = await identify(hub, route, request, limits);
  if ('status' in who) return who;
  const call = await read(hub, route, request, who.caller);
  if ('status' in call) return call;
  try {
    return await route.run(call);
  } catch (error) {
    if (error instanceof BusyError) {
      hub.measures.refused('busy');
      return refuse(429, 'busy', `${error.message}: try again`, { 'retry-after': '1' });
    }
    if (error instanceof ConflictError)
      return refuse(409, 'overtaken', 'somebody else was faster: look at it again, and try again');
    throw error;
  }
}

/** The caller, where the route needs one; a stranger may only ask so often, and so may anybody with a wrong token. */
async function identify(
  hub: Hub,
  route: Route,
  request: FastifyRequest,
  { strangers, callers }: Limits,
): Promise<{ readonly caller: Caller | null } | Answer> {
  const now = hub.now();
  if (route.permission === 'public')
    return (route.counted === undefined ? tooOften(strangers.waitMs(request.ip, now)) : null) ?? { caller: null };
  const authentication = await authenticate(credentialsOf(request, hub), hub);
  if (authentication.kind === 'refused') {
    const { status, code, message } = authentication;
    return tooOften(strangers.waitMs(request.ip, now)) ?? refuse(status, code, message, challenge);
  }
  const { caller } = authentication;
  const wait = tooOften(callers.waitMs(`${caller.tenant.id} ${caller.id}`, now));
  if (wait !== null) return wait;
  if (mayDo(caller.role, route.permission)) return { caller };
  return refuse(403, 'forbidden', `the role ${caller.role} may not do this (${route.permission})`);
}

function credentialsOf({ method, url, headers }: FastifyRequest, hub: Hub): Credentials {
  const { authorization, dpop, [pageKeyHeader]: pageKey } = headers;
  const cookie = isFromOurPage(headers, { url: hub.url, method }) ? readCookie(headers, hub.url) : null;
  return {
    method,
    url: `${hub.url}${url.split('?')[0]}`,
    authorization,
    proof: typeof dpop === 'string' ? dpop : undefined,
    session: cookie !== null && typeof pageKey === 'string' ? { cookie, pageKey } : null,
  };
}

const challenge = { 'www-authenticate': 'Bearer, DPoP algs="EdDSA Ed25519"' } as const;

function tooOften(waitMs: number): Answer | null {
  if (waitMs === 0) return null;
  return refuse(429, 'tooOften', 'asked too often: wait', { 'retry-after': String(Math.ceil(waitMs / 1_000)) });
}

/** The request in the types that its route asks for. */
async function read(hub: Hub, route: Route, request: FastifyRequest, caller: Caller | null): Promise<Call | Answer> {
  const body = await bodyOf(route, request);
  if (body.kind === 'refused') return refuse(body.status, 'invalid', body.message);
  const given = { params: request.params, query: request.query, body: body.value };
  const values: Record<string, unknown> = {};
  for (const part of ['params', 'query', 'body'] as const) {
    const schema = route[part];
    if (schema === undefined) continue;
    const { success, data, error } = schema.safeParse(given[part]);
    if (!success) {
      const [issue] = error.issues;
      return refuse(400, 'invalid', `${[part, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not valid'}`);
    }
    if (route.takesNul !== true && hasNul(data))
      return refuse(400, 'invalid', `${part}: there is a NUL character in it, which no database keeps in a text`);
    values[part] = data;
  }
  const { params, query } = values;
  const { headers, method } = request;
  return { hub, caller, params, query, body: values.body, bytes: body.bytes, headers, method };
}

/** In any text of a value, names included. It is as deep as its schema, or as what `readBody` lets through. */
function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, each]) => name.includes('\0') || hasNul(each));
}

async function bodyOf(route: Route, request: FastifyRequest): ReturnType<typeof readBody> {
  if (route.body === undefined && route.unread === undefined) return noBody;
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const form = route.unread === undefined ? (route.form ?? 'json') : 'unread';
  const { maxBody: maxBytes = defaultMaxBody } = route;
  return readBody(raw, { encoding: request.headers['content-encoding'], form, maxBytes });
}

function send(reply: FastifyReply, { status, type, body, headers = {} }: Answer): FastifyReply {
  const answered = reply.code(status).headers({ ...headers, ...(body === null ? {} : { 'content-type': type }) });
  return answered.send(body === null ? undefined : typeof body === 'string' ? body : bufferOf(body));
}

/** The same bytes, not a copy of them. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** On every answer. The page says itself what it may load. */
function headersFor({ url }: Hub): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    ...(url.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}
