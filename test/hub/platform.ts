/** A platform of CI: a real OpenID provider, whose tokens say of a job what GitHub's say. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

export interface Platform {
  readonly issuer: string;
  /** A token of a job, by the provider's own endpoint. */
  token(audience: string, claims?: Claims): Promise<string>;
  /** One that the provider would not make, signed by its key. */
  forged(claims: Claims, alg?: string): Promise<string>;
  /** Where a job asks for its token, as GitHub tells it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export type Claims = Readonly<Record<string, unknown>>;

export const jobClaims: Claims = {
  repository: 'acme/shop',
  repository_id: '74',
  repository_owner: 'acme',
  repository_owner_id: '65',
  ref: 'refs/heads/main',
  sha: 'f'.repeat(40),
  event_name: 'push',
  workflow: 'ci',
  job_workflow_ref: 'acme/shop/.github/workflows/ci.yml@refs/heads/main',
  environment: 'production',
  run_id: '1234567890',
  runner_environment: 'github-hosted',
  actor: 'ada',
};

const client = { id: 'job', secret: randomUUID() };
const requestToken = randomUUID();

export async function startPlatform(): Promise<Platform> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'platform', alg: 'RS256', use: 'sig' };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let current: Claims = jobClaims;
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({
          ...{ scope: '', audience, accessTokenFormat: 'jwt', accessTokenTTL: 300 },
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: () => ({ ...current }),
  });
  const answer = provider.callback();
  const token: Platform['token'] = async (audience, claims = {}) => {
    current = { ...jobClaims, ...claims };
    const asked = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
    });
    const text = await asked.text();
    if (!asked.ok) throw new Error(`the provider gives no token: ${text}`);
    return (JSON.parse(text) as { access_token: string }).access_token;
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    if (pathname !== '/job-token') return void answer(request, response);
    const isJob = request.headers.authorization === `Bearer ${requestToken}`;
    const given = isJob ? token(searchParams.get('audience') ?? '') : Promise.reject(new Error('no job'));
    given.then(
      (value) => response.end(JSON.stringify({ value })),
      () => response.writeHead(403).end('{}'),
    );
  });
  return {
    issuer,
    token,
    forged: (claims, alg = 'RS256') =>
      new SignJWT({ ...jobClaims, sub: 'job', iss: issuer, jti: randomUUID(), ...claims })
        .setProtectedHeader({ alg, kid: 'platform' })
        .sign(alg === 'HS256' ? new TextEncoder().encode(JSON.stringify(jwk)) : privateKey),
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer}/job-token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
