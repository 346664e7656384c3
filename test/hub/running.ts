/** A hub that listens, and those who ask it: people with tokens, devices with keys. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose';
import { sha256Hex } from '../../hub/cryptography.ts';
import { openHome } from '../../hub/home.ts';
import type { ProviderSettings } from '../../hub/identity/provider.ts';
import { assertionType, clientId, deviceGrant, hubPaths } from '../../hub/protocol.ts';
import { startHub } from '../../hub/start.ts';
import { openSqlite } from '../../hub/store/sqlite/open.ts';
import type { Store } from '../../hub/store/store.ts';
import type { TestDatabase } from './database.ts';
import type { DatabaseKind } from './databases.ts';
import { createDevice, type TestDevice } from './device.ts';

/** A hub that can be asked, wherever it runs. */
export interface AskedHub {
  readonly url: string;
  readonly admin: Asker;
}

export interface TestHub extends AskedHub {
  readonly folder: string;
  readonly store: Store;
  /** What the hub said to whoever runs it. */
  readonly said: readonly string[];
  close(): Promise<void>;
}

/** Asks with a bearer token; `null`: as a stranger. */
export type Asker = (method: string, path: string, body?: unknown) => Promise<Response>;

/** Runs a hub on a database of its own, for as long as `use` takes. */
export async function withHub(
  start: DatabaseKind['start'],
  use: (hub: TestHub, database: TestDatabase) => Promise<void>,
): Promise<void> {
  const server = await start();
  const database = await server.create();
  const hub = await runHub(() => database.open());
  try {
    await use(hub, database);
  } finally {
    await hub.close();
    await database.remove();
    await server.close();
  }
}

/** `folder`: of another process of the same hub, for its keys; it is removed with whichever closes last. */
export async function runHub(
  open: (file: string) => Promise<Store> = async (file) => openSqlite(file),
  folder = mkdtempSync(path.join(tmpdir(), 'kerb-hub-')),
  now: () => number = Date.now,
  providers: ReadonlyMap<string, ProviderSettings> = new Map(),
): Promise<TestHub> {
  const home = openHome(folder);
  const store = await open(home.database);
  const said: string[] = [];
  const own = {
    home,
    store,
    host: '127.0.0.1',
    port: 0,
    url: null,
    tls: null,
    tenant: 'acme',
    version: 'test',
    traces: null,
  };
  const hub = await startHub({ ...own, now, providers, say: (line) => said.push(line) });
  const token = readFileSync(home.adminToken, 'utf8').trim();
  return {
    ...{ url: hub.url, folder, store, said, admin: askerOf(hub.url, token) },
    async close() {
      await hub.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function askerOf(url: string, token: string | null): Asker {
  return (method, where, body) =>
    fetch(`${url}${where}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

/** A device that went the whole way: asked, was allowed by the admin, and has a token. */
export interface EnrolledDevice extends TestDevice {
  readonly token: string;
  readonly ask: (method: string, where: string, body?: unknown) => Promise<Response>;
  /** The second way to a token: by an assertion that the key signs. */
  renew(changes?: { readonly jti?: string; readonly aud?: string }): Promise<Response>;
  /** Asks with a new token from now on: they last minutes. */
  refresh(): Promise<void>;
}

export async function enrol(hub: AskedHub, name = 'laptop'): Promise<EnrolledDevice> {
  const key = createDevice('not named yet');
  const begun = await begin(hub, key, name);
  await hub.admin('POST', `/v1/enrolments/${begun.user_code}`, { decision: 'allow' });
  const answer = await redeem(hub, key, begun.device_code);
  const { access_token: token, device: id } = (await answer.json()) as { access_token: string; device: string };
  const device = { ...createDevice(id, key), token };
  const renewed: EnrolledDevice['renew'] = ({ jti = randomUUID(), aud = `${hub.url}${hubPaths.token}` } = {}) =>
    renew(hub, device, { jti, aud });
  let current = token;
  return {
    ...device,
    ask: async (method, where, body) =>
      fetch(`${hub.url}${where}`, {
        method,
        headers: {
          authorization: `DPoP ${current}`,
          dpop: await proofOf(key, method, `${hub.url}${where.split('?')[0]}`, current),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    renew: renewed,
    async refresh() {
      const given = (await (await renewed()).json()) as { readonly access_token: string };
      current = given.access_token;
    },
  };
}

export async function begin(
  hub: Pick<AskedHub, 'url'>,
  key: TestDevice,
  name: string,
): Promise<{ readonly device_code: string; readonly user_code: string }> {
  const form = {
    client_id: clientId,
    dpop_jkt: key.keyId,
    device: randomUUID(),
    device_name: name,
    platform: 'linux-x64',
  };
  const answer = await fetch(`${hub.url}${hubPaths.deviceAuthorization}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return (await answer.json()) as { device_code: string; user_code: string };
}

export async function redeem(hub: Pick<AskedHub, 'url'>, key: TestDevice, code: string): Promise<Response> {
  return token(hub, key, { grant_type: deviceGrant, device_code: code, client_id: clientId });
}

async function renew(hub: AskedHub, device: TestDevice, { jti, aud }: { readonly jti: string; readonly aud: string }) {
  const assertion = await new SignJWT({ jti })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer(device.id)
    .setSubject(device.id)
    .setAudience(aud)
    .setExpirationTime('50s')
    .sign(device.privateKey);
  const client = { client_id: device.id, client_assertion_type: assertionType, client_assertion: assertion };
  return token(hub, device, { grant_type: 'client_credentials', ...client });
}

async function token(hub: Pick<AskedHub, 'url'>, key: TestDevice, form: Readonly<Record<string, string>>) {
  const url = `${hub.url}${hubPaths.token}`;
  const headers = { dpop: await proofOf(key, 'POST', url, null) };
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
}

export async function proofOf(key: TestDevice, htm: string, htu: string, accessToken: string | null): Promise<string> {
  const jwk = await exportJWK(key.asKey);
  if ((await calculateJwkThumbprint(jwk)) !== key.keyId) throw new Error('the thumbprint is not that of jose');
  const ath = accessToken === null ? {} : { ath: Buffer.from(sha256Hex(accessToken), 'hex').toString('base64url') };
  return new SignJWT({ htm, htu, jti: randomUUID(), ...ath })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'EdDSA', jwk })
    .setIssuedAt()
    .sign(key.privateKey);
}
