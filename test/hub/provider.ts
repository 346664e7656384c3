/** An organisation's OpenID provider: a real one, where people type who they are, and whose answers can be tampered with. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, exportJWK, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import type { ProviderSettings } from '../../hub/identity/provider.ts';
import { providerReturn } from '../../hub/protocol/page.ts';

export interface PeopleProvider {
  readonly settings: ProviderSettings;
  /** What it says of somebody, by the name that they type; missing people it does not know. */
  readonly people: Map<string, Readonly<Record<string, unknown>>>;
  /** Registers the hub: its address is known once it listens. */
  register(hubUrl: string): void;
  /** What leaves it otherwise than it would; whatever is not named stays. */
  tampering: Tampering;
  /** Goes the way of a browser, as somebody; the query with which the hub's page is opened. */
  visit(address: string, name: string): Promise<string>;
  close(): Promise<void>;
}

interface Tampering {
  readonly idToken?: (claims: JWTPayload) => JWTPayload;
  readonly alg?: 'RS256' | 'HS256';
  /** Makes the whole token, of what is known to everybody, to the hub's own client, and of a key that is nobody's. */
  readonly forge?: (claims: JWTPayload, known: Known) => Promise<string>;
  /** Whether another key signs than the provider's. */
  readonly isForeign?: true;
  readonly document?: (document: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Paths that answer 503. */
  readonly down?: readonly string[];
  /** Paths that send on to another address. */
  readonly moved?: Readonly<Record<string, string>>;
}

interface Known {
  readonly publicKey: KeyObject;
  readonly clientSecret: string;
  readonly foreign: KeyObject;
}

const groupClaims = ['groups', 'department', 'realm_access', 'realm_access.roles', 'https://acme.example/groups'];
const client = { id: 'kerb', secret: randomUUID() };

export async function startPeopleProvider(): Promise<PeopleProvider> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'people', alg: 'RS256', use: 'sig' };
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people: PeopleProvider['people'] = new Map();
  let provider: Provider | null = null;
  const own: PeopleProvider = {
    settings: {
      ...{ title: 'Acme', issuer, clientId: client.id, clientSecret: client.secret, nameClaim: 'email' },
      ...{ scope: 'openid email groups', roles: [] },
    },
    people,
    tampering: {},
    register(hubUrl) {
      provider = providerOf(issuer, { jwk, people, redirectUri: `${hubUrl}${providerReturn}` });
    },
    visit,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const sign = (claims: JWTPayload) => {
    const { alg = 'RS256', isForeign = false, forge } = own.tampering;
    if (forge !== undefined)
      return forge(claims, { publicKey, clientSecret: client.secret, foreign: foreign.privateKey });
    const rsaKey = isForeign ? foreign.privateKey : privateKey;
    const key = alg === 'HS256' ? new TextEncoder().encode(JSON.stringify(jwk)) : rsaKey;
    return new SignJWT(claims).setProtectedHeader({ alg, kid: 'people' }).sign(key);
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', issuer);
    if (own.tampering.down?.some((each) => pathname.startsWith(each))) return void response.writeHead(503).end();
    const moved = own.tampering.moved?.[pathname];
    if (moved !== undefined) return void response.writeHead(307, { location: moved }).end();
    if (provider === null) throw new Error('the hub is not registered');
    if (pathname.startsWith('/interaction/')) return void interact(provider, request, response);
    tamperWith(response, pathname, own, sign);
    return void provider.callback()(request, response);
  });
  return own;
}

function providerOf(
  issuer: string,
  {
    jwk,
    people,
    redirectUri,
  }: { readonly jwk: object; readonly people: PeopleProvider['people']; readonly redirectUri: string },
): Provider {
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: groupClaims },
    cookies: { keys: [randomUUID()] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 600 },
    findAccount: (_, sub) => {
      const claims = people.get(sub);
      return claims === undefined ? undefined : { accountId: sub, claims: () => ({ sub, ...claims }) };
    },
    // The hub is the organisation's own: nobody is asked whether it may know them.
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
      grant.addOIDCScope('openid email groups');
      await grant.save();
      return grant;
    },
  });
  return provider;
}

/** A form that asks for a name, and believes it. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    const form = '<form method="post"><label>Name <input name="name"></label><button>Continue</button></form>';
    response.setHeader('content-type', 'text/html');
    return void response.end(`<!doctype html><title>Acme</title><h1>Acme</h1>${form}`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const name = new URLSearchParams(Buffer.concat(chunks).toString()).get('name') ?? '';
  const result = name === '' ? { error: 'access_denied' } : { login: { accountId: name } };
  await provider.interactionFinished(request, response, result);
}

/** Changes an answer of the provider's on its way out. */
function tamperWith(
  response: ServerResponse,
  pathname: string,
  { tampering: { forge, idToken = forge === undefined ? undefined : same, document } }: PeopleProvider,
  sign: (claims: JWTPayload) => Promise<string>,
): void {
  const isToken = pathname === '/token' && idToken !== undefined;
  const isDocument = pathname.startsWith('/.well-known/') && document !== undefined;
  if (!isToken && !isDocument) return;
  const end = response.end.bind(response);
  response.end = ((body: string) => {
    const said = JSON.parse(String(body)) as { id_token: string };
    const changed = isToken
      ? sign(idToken(decodeJwt(said.id_token))).then((token) => ({ ...said, id_token: token }))
      : Promise.resolve(document!(said));
    void changed.then((next) => {
      const text = JSON.stringify(next);
      response.setHeader('content-length', Buffer.byteLength(text));
      end(text);
    });
    return response;
  }) as typeof response.end;
}

function same(claims: JWTPayload): JWTPayload {
  return claims;
}

async function visit(address: string, name: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next = new URL(address);
  let form: URLSearchParams | null = null;
  for (let hops = 0; hops < 10; hops++) {
    const answer: Response = await fetch(next, {
      ...{ redirect: 'manual', method: form === null ? 'GET' : 'POST' },
      headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; ') },
      ...(form === null ? {} : { body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [key, value] = cookie.split(';')[0]!.split('=', 2);
      cookies.set(key!, value!);
    }
    const location = answer.headers.get('location');
    if (location === null) {
      if (form !== null || answer.status !== 200)
        throw new Error(`the provider says ${answer.status}: ${await answer.text()}`);
      form = new URLSearchParams({ name });
      continue;
    }
    form = null;
    next = new URL(location, next);
    if (next.pathname === providerReturn) return next.search.slice(1);
  }
  throw new Error('the provider never sends anybody back');
}
