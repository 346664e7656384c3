/** People who sign in at their organisation's provider: a real one, and what a dishonest one or somebody in between would do. */
import assert from 'node:assert/strict';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { type PeopleProvider, startPeopleProvider } from '../../test/hub/provider.ts';
import { askerOf, runHub, type TestHub } from '../../test/hub/running.ts';
import { openTestSession, post, type TestSession } from '../../test/hub/session.ts';
import type { ProviderSettings } from '../identity/provider.ts';
import { pagePaths } from '../protocol/page.ts';
import type { BegunSignIn, SignInProviders } from '../protocol/session.ts';
import { madeToken, tokenList } from '../protocol/token.ts';
import { hubError } from '../protocol.ts';

let hub: TestHub;
let provider: PeopleProvider;
let aheadMs = 0;

const hourMs = 3_600_000;
const roles: ProviderSettings['roles'] = [
  { claim: 'groups', value: 'kerb-admins', role: 'admin' },
  { claim: 'groups', value: 'platform', role: 'reviewer' },
  { claim: 'department', value: 'audit', role: 'auditor' },
  { claim: ['realm_access', 'roles'], value: 'kerb-operators', role: 'operator' },
  { claim: 'https://acme.example/groups', value: 'authors', role: 'author' },
];

describe('people who sign in at a provider', () => {
  before(async () => {
    provider = await startPeopleProvider();
    const settings = { ...provider.settings, roles };
    hub = await runHub(undefined, undefined, () => Date.now() + aheadMs, new Map([['acme', settings]]));
    provider.register(hub.url);
  });
  after(async () => {
    await hub?.close();
    await provider?.close();
  });
  beforeEach(() => {
    provider.tampering = {};
    // A stranger may ask five times a second, by the hub's clock.
    aheadMs += 10_000;
    knows('ada', { groups: ['everybody', 'platform'] });
  });

  test('somebody of a group that has a role is signed in by their address, for half a day, and it is in the log', async () => {
    const session = await signIn('ada');
    assert.deepEqual(await me(session), ['ada@acme.example', 'reviewer']);
    const { by, subject } = (await acts()).at(-1)!;
    assert.deepEqual([by.name, by.role], ['ada@acme.example', 'reviewer']);
    const person = { issuer: provider.settings.issuer, subject: 'ada' };
    assert.deepEqual(subject, { id: by.id, name: 'ada@acme.example', role: 'reviewer', ...person });
    aheadMs += 12 * hourMs;
    assert.equal(await me(session), 401);
    aheadMs -= 12 * hourMs;
    await session.ask('DELETE', pagePaths.session);
    assert.equal(await me(session), 401);
  });

  const named: readonly (readonly [string, Readonly<Record<string, unknown>>, string | null])[] = [
    ['a claim inside another', { realm_access: { roles: ['offline_access', 'kerb-operators'] } }, 'operator'],
    ['a claim with dots in its name', { 'https://acme.example/groups': ['authors'] }, 'author'],
    ['a name that only looks like the way to another', { 'realm_access.roles': ['kerb-operators'] }, null],
    ['a way that ends before the claim', { realm_access: 'kerb-operators' }, null],
    ['a list where an object should be', { realm_access: [{ roles: ['kerb-operators'] }] }, null],
  ];
  for (const [what, claims, role] of named) {
    test(`${what} ${role === null ? 'gives no role' : `gives the role ${role}`}`, async () => {
      knows('ada', { groups: ['everybody'], ...claims });
      if (role === null) assert.match(await refusal('ada'), /noRole/);
      else assert.deepEqual(await me(await signIn('ada')), ['ada@acme.example', role]);
    });
  }

  test('the page offers the provider, and sends people to it with PKCE, a state and a nonce', async () => {
    const offered = (await (await hub.admin('GET', pagePaths.providers)).json()) as SignInProviders;
    assert.deepEqual(offered, { providers: [{ tenant: 'acme', title: 'Acme' }] });
    const { searchParams } = new URL((await begin()).address);
    const { redirect_uri, code_challenge_method, response_type, ...others } = Object.fromEntries(searchParams);
    assert.deepEqual([redirect_uri, code_challenge_method, response_type], [`${hub.url}/sign-in`, 'S256', 'code']);
    for (const secret of ['state', 'nonce', 'code_challenge']) assert.ok(others[secret]!.length >= 43, secret);
  });

  test('nobody has a role by default, and what a person was before ends when they have none', async () => {
    const session = await signIn('ada');
    knows('ada', { groups: ['everybody'] });
    assert.match(await refusal('ada'), /noRole.*you have no role here/);
    assert.equal(await me(session), 401);
    const { act, by, subject } = (await acts()).at(-1)!;
    assert.deepEqual([act, by.name], ['person.refuse', 'hub']);
    assert.deepEqual(subject, { issuer: provider.settings.issuer, subject: 'ada', why: 'noRole' });
  });

  test('another role at the provider is the role from the next sign-in on, everywhere; the same role leaves the others', async () => {
    const [first, second] = [await signIn('ada'), await signIn('ada')];
    assert.deepEqual([await me(first), await me(second)].map(String), Array(2).fill('ada@acme.example,reviewer'));
    // The first rule that matches decides.
    knows('ada', { groups: ['platform', 'kerb-admins'], department: 'audit' });
    const third = await signIn('ada');
    assert.deepEqual([await me(first), await me(second)], [401, 401]);
    assert.deepEqual(await me(third), ['ada@acme.example', 'admin']);
    knows('ada', { groups: 'everybody', department: 'audit' });
    assert.deepEqual(await me(await signIn('ada')), ['ada@acme.example', 'auditor']);
  });

  test('somebody signed in makes a token for their command line, of the same role and no longer life', async () => {
    const session = await signIn('ada');
    const made = await session.ask('POST', pagePaths.sessionTokens, { hours: 12 });
    assert.equal(made.status, 201);
    const { token, expiresAt } = madeToken.parse(await made.json());
    const list = async () => tokenList.parse(await (await hub.admin('GET', '/v1/tokens')).json()).tokens;
    const ofAda = (await list()).filter(({ name, revokedAt }) => name === 'ada@acme.example' && revokedAt === null);
    assert.ok(ofAda.length >= 2);
    assert.ok(ofAda.some((each) => each.expiresAt === expiresAt));
    assert.ok(Date.parse(expiresAt) <= Date.now() + aheadMs + 12 * hourMs);
    const asAda = askerOf(hub.url, token);
    assert.deepEqual(await me({ ask: asAda }), ['ada@acme.example', 'reviewer']);
    assert.equal((await session.ask('POST', pagePaths.sessionTokens, { hours: 13 })).status, 400);
    const own = await hub.admin('POST', pagePaths.sessionTokens, { hours: 1 });
    assert.equal(hubError.parse(await own.json()).error.code, 'notByProvider');
    // An admin ends all of it by any of it.
    assert.equal((await hub.admin('DELETE', `/v1/tokens/${ofAda[0]!.id}`)).status, 204);
    assert.deepEqual([await me({ ask: asAda }), await me(session)], [401, 401]);
    assert.ok((await list()).every(({ name, revokedAt }) => name !== 'ada@acme.example' || revokedAt !== null));
  });

  test('a token for the command line ends with the role, and there are only so many', async () => {
    const session = await signIn('ada');
    const ask = async () => session.ask('POST', pagePaths.sessionTokens, { hours: 1 });
    const { token } = madeToken.parse(await (await ask()).json());
    knows('ada', { groups: ['kerb-admins'] });
    const next = await signIn('ada');
    assert.equal(await me({ ask: askerOf(hub.url, token) }), 401);
    const statuses: number[] = [];
    for (let count = 0; count < 21; count++)
      statuses.push((await next.ask('POST', pagePaths.sessionTokens, { hours: 1 })).status);
    assert.deepEqual([statuses.at(0), statuses.at(-1)], [201, 409]);
  });

  const lacking: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
    ['whose address nobody has verified', { email_verified: false }, /has not verified your address/],
    ['of whom nothing is said about that', { email_verified: undefined }, /has not verified your address/],
    ['without an address', { email: undefined }, /does not say what you are called/],
    ['whose name cannot be seen', { email: 'ada@acme.example\u202e' }, /does not say what you are called/],
    ['whose group only begins like one', { groups: ['platform-x', 'Platform'] }, /you have no role here/],
    ['whose groups are something else', { groups: { platform: true } }, /you have no role here/],
  ];
  for (const [who, claims, why] of lacking) {
    test(`somebody ${who} is refused`, async () => {
      knows('ada', { groups: ['platform'], ...claims });
      assert.match(await refusal('ada'), why);
    });
  }

  test('whoever says no at the provider is not signed in', async () => {
    assert.match(await refusal(''), /signInFailed.*access_denied/);
  });

  const seconds = (): number => Math.floor(Date.now() / 1_000);
  const forgeries: readonly (readonly [string, (claims: JWTPayload) => JWTPayload, RegExp])[] = [
    ['of another issuer', (claims) => ({ ...claims, iss: 'https://elsewhere.example' }), /"iss"/],
    ['for another audience', (claims) => ({ ...claims, aud: 'another' }), /"aud"/],
    ['that was made for another party', (claims) => ({ ...claims, azp: 'another' }), /"azp"/],
    ['that is not valid yet', (claims) => ({ ...claims, nbf: seconds() + 600 }), /"nbf"/],
    ['for two audiences', (claims) => ({ ...claims, aud: ['kerb', 'another'] }), /"aud"/],
    ['of another sign-in', (claims) => ({ ...claims, nonce: 'x'.repeat(43) }), /"nonce"/],
    ['without a nonce', ({ nonce: _, ...claims }) => claims, /"nonce"/],
    ['that has expired', (claims) => ({ ...claims, exp: seconds() - 60 }), /"exp"/],
    ['that says of nobody who it is', ({ sub: _, ...claims }) => claims, /"sub"/],
    ['that has no end', ({ exp: _, ...claims }) => claims, /"exp"/],
  ];
  for (const [what, idToken, why] of forgeries) {
    test(`an ID token ${what} is refused`, async () => {
      provider.tampering = { idToken };
      assert.match(await refusal('ada'), why);
    });
  }

  test('an ID token that is not signed by the provider’s keys is refused', async () => {
    provider.tampering = { idToken: (claims) => claims, alg: 'HS256' };
    assert.match(await refusal('ada'), /alg/);
    provider.tampering = { idToken: (claims) => claims, isForeign: true };
    assert.match(await refusal('ada'), /signature/);
  });

  const signed = (key: Uint8Array | KeyObject, header: JWTHeaderParameters, claims: JWTPayload): Promise<string> =>
    new SignJWT(claims).setProtectedHeader(header).sign(key);
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const jku = 'http://127.0.0.1:9/keys';
  type Forge = NonNullable<PeopleProvider['tampering']['forge']>;
  const forged: readonly (readonly [string, Forge])[] = [
    ['that nobody has signed', async (claims) => new UnsecuredJWT(claims).encode()],
    [
      'whose MAC is by the public key as PEM',
      (claims, { publicKey }) =>
        signed(
          bytes(publicKey.export({ type: 'spki', format: 'pem' }) as string),
          { alg: 'HS256', kid: 'people' },
          claims,
        ),
    ],
    [
      'whose MAC is by the public key as JWK',
      (claims, { publicKey }) =>
        signed(bytes(JSON.stringify(publicKey.export({ format: 'jwk' }))), { alg: 'HS256' }, claims),
    ],
    [
      'whose MAC is by the client’s secret',
      (claims, { clientSecret }) => signed(bytes(clientSecret), { alg: 'HS256' }, claims),
    ],
    [
      'of a key that the provider does not have',
      (claims, { foreign }) => signed(foreign, { alg: 'RS256', kid: 'unknown' }, claims),
    ],
    [
      'that names its own keys by address',
      (claims, { foreign }) => signed(foreign, { alg: 'RS256', jku, x5u: jku }, claims),
    ],
    [
      'that brings its own key',
      (claims, { foreign }) =>
        signed(foreign, { alg: 'RS256', jwk: createPublicKey(foreign).export({ format: 'jwk' }) as JWK }, claims),
    ],
    [
      'that is critical of something unknown',
      async (claims, { foreign }) => {
        const token = await signed(foreign, { alg: 'RS256', kid: 'people' }, claims);
        const header = JSON.stringify({ alg: 'RS256', kid: 'people', crit: ['x'], x: 1 });
        return token.replace(/^[^.]+/, Buffer.from(header).toString('base64url'));
      },
    ],
    [
      'of half a million characters',
      (claims, { foreign }) =>
        signed(foreign, { alg: 'RS256', kid: 'people' }, { ...claims, more: 'x'.repeat(500_000) }),
    ],
  ];
  for (const [what, forge] of forged) {
    test(`an ID token ${what} is refused, and nothing that it names is asked`, async () => {
      provider.tampering = { forge };
      assert.match(await refusal('ada'), /^(?:signInFailed|providerFailed): /);
    });
  }

  test('a provider whose endpoints send on to another address is not followed there', async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    try {
      const to = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/stolen`;
      const begun = await begin();
      const answer = await provider.visit(begun.address, 'ada');
      provider.tampering = { moved: { '/token': to } };
      assert.match(await back({ answer, key: begun.key }), /^(?:signInFailed|providerFailed): /);
      assert.deepEqual(asked, []);
    } finally {
      elsewhere.close();
    }
  });

  test('a clock that is half a minute off is forgiven', async () => {
    provider.tampering = { idToken: (claims) => ({ ...claims, iat: seconds() + 20, exp: seconds() - 20 }) };
    assert.deepEqual(await me(await signIn('ada')), ['ada@acme.example', 'reviewer']);
  });

  test('an answer is taken once, in the page that asked, and while it is fresh', async () => {
    const begun = await begin();
    const answer = await provider.visit(begun.address, 'ada');
    const other = await begin();
    assert.match(await back({ answer, key: other.key }), /begun elsewhere/);
    assert.match(await back({ answer, key: '' }), /begun elsewhere/);
    assert.match(await back({ answer: answer.replace(/state=[^&]+/, 'state=x'), key: begun.key }), /begun elsewhere/);
    assert.equal(await back({ answer, key: begun.key }), 'signed in');
    assert.match(await back({ answer, key: begun.key }), /begun elsewhere, is over/);
    const late = await begin();
    const lateAnswer = await provider.visit(late.address, 'ada');
    aheadMs += 11 * 60_000;
    assert.match(await back({ answer: lateAnswer, key: late.key }), /took too long/);
  });

  test('a code of another sign-in, and one that was used, are refused', async () => {
    const [own, stolen] = [await begin(), await begin()];
    const [answer, other] = [await provider.visit(own.address, 'ada'), await provider.visit(stolen.address, 'ada')];
    const code = /code=[^&]+/.exec(other)![0];
    assert.match(await back({ answer: answer.replace(/code=[^&]+/, code), key: own.key }), /invalid_grant/);
    const again = await begin();
    const third = await provider.visit(again.address, 'ada');
    assert.equal(await back({ answer: third, key: again.key }), 'signed in');
    const last = await begin();
    const used = (await provider.visit(last.address, 'ada')).replace(/code=[^&]+/, /code=[^&]+/.exec(third)![0]);
    assert.match(await back({ answer: used, key: last.key }), /invalid_grant/);
  });

  test('an answer that another provider says it gave, or that does not say whose it is, is refused', async () => {
    for (const change of ['iss=https%3A%2F%2Felsewhere.example', '']) {
      const begun = await begin();
      const answer = (await provider.visit(begun.address, 'ada')).replace(/iss=[^&]+/, change);
      assert.match(await back({ answer, key: begun.key }), /iss/);
    }
  });

  test('another site’s page begins and ends nothing, and nobody is sent anywhere but to the provider', async () => {
    const foreign = { origin: 'http://evil.example' };
    assert.equal((await askToBegin({ tenant: 'acme' }, foreign)).status, 400);
    assert.equal((await askToBegin({ tenant: 'acme', next: 'http://evil.example' })).status, 400);
    assert.equal((await askToBegin({ tenant: 'other' })).status, 404);
    const begun = await begin();
    const answer = await provider.visit(begun.address, 'ada');
    assert.equal((await post(hub.url, { answer, key: begun.key }, foreign)).status, 400);
    assert.equal(new URL(begun.address).origin, provider.settings.issuer);
  });

  test('a provider that does not answer is said to, and asked again', async () => {
    const begun = await begin();
    const answer = await provider.visit(begun.address, 'ada');
    provider.tampering = { down: ['/token'] };
    assert.match(await back({ answer, key: begun.key }), /providerFailed.*try again later, or use a token/);
    provider.tampering = {};
    assert.deepEqual(await me(await signIn('ada')), ['ada@acme.example', 'reviewer']);
  });

  const documents: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
    ['is another issuer’s', { issuer: 'https://elsewhere.example' }, /issuer/],
    ['sends people to a script', { authorization_endpoint: 'javascript:alert(1)' }, /authorization_endpoint/],
    ['sends the secret elsewhere in the clear', { token_endpoint: 'http://elsewhere.example/token' }, /token_endpoint/],
    ['has its keys in a file', { jwks_uri: 'file:///etc/passwd' }, /jwks_uri/],
    ['has a password in an address', { userinfo_endpoint: 'https://a:b@elsewhere.example' }, /userinfo_endpoint/],
    ['is no end of text', { scopes_supported: ['x'.repeat(300_000)] }, /too long/],
    ['has nowhere to go', { authorization_endpoint: undefined }, /authorization/],
  ];
  for (const [what, changes, why] of documents) {
    test(`a provider whose document ${what} signs nobody in`, async () => {
      const unknown = await runHub(
        undefined,
        undefined,
        undefined,
        new Map([['acme', { ...provider.settings, roles }]]),
      );
      try {
        provider.tampering = { document: (document) => ({ ...document, ...changes }) };
        const headers = { 'content-type': 'application/json', origin: unknown.url };
        const body = JSON.stringify({ tenant: 'acme' });
        const ask = () => fetch(`${unknown.url}${pagePaths.providers}`, { method: 'POST', headers, body });
        const answer = await ask();
        assert.equal(answer.status, 502);
        assert.match(await answer.text(), why);
        provider.tampering = {};
        assert.equal((await ask()).status, 201);
      } finally {
        await unknown.close();
      }
    });
  }
});

/** What the provider says of somebody from now on. */
function knows(name: string, claims: Readonly<Record<string, unknown>>): void {
  provider.people.set(name, { email: `${name}@acme.example`, email_verified: true, ...claims });
}

async function signIn(name: string): Promise<TestSession> {
  const { address, key } = await begin();
  return openTestSession(hub.url, { answer: await provider.visit(address, name), key });
}

async function refusal(name: string): Promise<string> {
  const { address, key } = await begin();
  return back({ answer: await provider.visit(address, name), key });
}

async function back(body: { readonly answer: string; readonly key: string }): Promise<string> {
  const answer = await post(hub.url, body);
  if (answer.status === 201) return 'signed in';
  const { error } = hubError.parse(await answer.json());
  return `${error.code}: ${error.message}`;
}

async function begin(): Promise<BegunSignIn> {
  const answer = await askToBegin({ tenant: 'acme' });
  const text = await answer.text();
  assert.equal(answer.status, 201, text);
  return JSON.parse(text) as BegunSignIn;
}

function askToBegin(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${hub.url}${pagePaths.providers}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: hub.url, ...headers },
    body: JSON.stringify(body),
  });
}

/** Name and role, or the status of a refusal. */
async function me({ ask }: Pick<TestSession, 'ask'>): Promise<readonly [string, string] | number> {
  const answer = await ask('GET', '/v1/me');
  const { name, role } = (await answer.json()) as { name: string; role: string };
  return answer.ok ? [name, role] : answer.status;
}

interface Act {
  readonly act: string;
  readonly by: { readonly id: string; readonly name: string; readonly role: string };
  readonly subject: Readonly<Record<string, unknown>>;
}

async function acts(): Promise<readonly Act[]> {
  const answer = await hub.admin('GET', '/v1/log/export?from=0&limit=1000');
  const { entries } = (await answer.json()) as { entries: readonly { body: string }[] };
  return entries.map(({ body }) => JSON.parse(body) as Act);
}
