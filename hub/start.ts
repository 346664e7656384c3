/** Brings a hub up: store, keys, first tenant and admin, server, and the clock that signs. */
import { existsSync, readFileSync } from 'node:fs';
import { openCheckpoint } from '../engine/index.ts';
import { createNative } from '../repository/index.ts';
import { noSamples } from './alerts/anomaly.ts';
import { createVerifier, verifyEd25519 } from './cryptography.ts';
import { type HubHome, KeyError, keyDigests, writeSecret } from './home.ts';
import type { Hub } from './hub.ts';
import { mintToken, tokenHash } from './identity/bearer.ts';
import { deviceTokenReader } from './identity/deviceToken.ts';
import { createIssuerKeys } from './identity/issuer.ts';
import { createOnce } from './identity/once.ts';
import { createProvider, type ProviderSettings } from './identity/provider.ts';
import { issueSignInCode } from './identity/session.ts';
import { createTenantOf } from './identity/tenant.ts';
import { createMasks } from './intake/mask.ts';
import { createBatchReader } from './intake/threads.ts';
import { newId } from './log/act.ts';
import { logKey as keyOfLog } from './log/log.ts';
import { createSequencer } from './log/sequencer.ts';
import { createOpaBundles } from './opa/bundles.ts';
import { addressAt } from './outward.ts';
import { createCatalogues } from './policies/catalogue.ts';
import { createNews } from './policies/news.ts';
import { createNewestPublication } from './policies/publication.ts';
import { createFetchPublished } from './policies/published.ts';
import { createTurns } from './policies/turn.ts';
import { signInAddress } from './protocol/page.ts';
import { hubItself, lookAfterAlerts, maintain, regularly, renewAll, signAll, watchAll } from './rounds.ts';
import { createMeasures } from './serve/metrics.ts';
import { perform } from './serve/perform.ts';
import { routes } from './serve/routes.ts';
import { type Listening, serve, type Tls } from './serve/server.ts';
import type { HubKey } from './store/query/hubKey.ts';
import type { Tenant } from './store/query/tenant.ts';
import type { Store } from './store/store.ts';
import { createTraces, noTraces } from './traces/exporter.ts';
import type { TraceSettings } from './traces/settings.ts';

export interface StartOptions {
  readonly home: HubHome;
  readonly store: Store;
  readonly host: string;
  readonly port: number;
  /** As others reach it; null: the address that it listens on. */
  readonly url: string | null;
  readonly tls: Tls | null;
  /** The first tenant's name, where there is none yet. */
  readonly tenant: string;
  /** Where people sign in, by the name of their tenant. */
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  /** Where OpenTelemetry's collector is; null where there is none. */
  readonly traces: TraceSettings | null;
  /** Go on with a log that another key has signed: each device has to accept it anew. */
  readonly newLogKey?: boolean | undefined;
  readonly version: string;
  readonly now: () => number;
  readonly say: (line: string) => void;
}

export interface RunningHub {
  readonly url: string;
  /** Where the first admin's token was written; null where there is an admin already. */
  readonly adminTokenFile: string | null;
  /** Signs in the admin whose token lies in the hub's folder, once; null where it is not good any more. */
  signInAddress(): Promise<string | null>;
  close(): Promise<void>;
}

const maxWaitingEntries = 20_000;
const maxGroupEntries = 2_000;
/** Of so many devices key and token are remembered between two requests. */
const maxDevices = 20_000;
/** Of published files, in memory. */
const maxPublishedBytes = 64 * 2 ** 20;
const signEveryMs = 1_000;
const renewEveryMs = 60_000;
const watchEveryMs = 5_000;
const alertEveryMs = 15_000;
const maintainEveryMs = 3_600_000;
const adminDays = 30;
const dayMs = 86_400_000;

export async function startHub(options: StartOptions): Promise<RunningHub> {
  const { home, store, host, port, tls, now, say, version } = options;
  const foreign = await foreignLogs(store, home);
  if (foreign[0] !== undefined && options.newLogKey !== true) throw otherLogKey(foreign[0], home);
  const sequencer = createSequencer({ store, maxWaiting: maxWaitingEntries, maxGroup: maxGroupEntries });
  const proofs = createOnce({ max: 200_000, now });
  const { logKey, tokenSecret, online, opaKey } = home;
  const [news, turns] = [createNews(), createTurns()];
  const keys = { logKey, tokenSecret, online, opaKey };
  const catalogues = createCatalogues(store);
  const verify = createVerifier({ maxKeys: maxDevices });
  const batches = createBatchReader({ verify });
  const fetchPublished = createFetchPublished(store, { maxBytes: maxPublishedBytes });
  const parts = {
    store,
    batches,
    sequencer,
    proofs,
    verify,
    readDeviceToken: deviceTokenReader({ secret: tokenSecret, maxTokens: maxDevices }),
    tenantOf: createTenantOf(store),
    issuerKeys: createIssuerKeys({ now }),
    providers: new Map([...options.providers].map(([tenant, each]) => [tenant, createProvider(each, { now })])),
    ...keys,
    news,
    fetchPublished,
    newestPublication: createNewestPublication(store, fetchPublished),
    turns,
    measures: createMeasures(),
    traces: options.traces === null ? noTraces : createTraces(options.traces, { version, say }),
    samples: noSamples(),
    catalogues,
    opaBundles: createOpaBundles(catalogues, opaKey),
    masks: createMasks(catalogues, createNative()),
    version,
    now,
    say,
  };
  // The port is known once the server listens, and the routes ask for the address only after that.
  let url = options.url ?? '';
  const hub: Hub = {
    ...parts,
    get url() {
      return url;
    },
  };
  const listening = await serve(hub, routes, { host, port, tls });
  if (options.url === null) url = addressAt(tls === null ? 'http' : 'https', { host, port: listening.port });
  const adminTokenFile = await orClose(listening, begin(hub, options, foreign));
  const signing = regularly(signEveryMs, () => signAll(hub));
  const renewing = regularly(renewEveryMs, () => renewAll(hub));
  const watching = regularly(watchEveryMs, () => watchAll(hub));
  const alerting = regularly(alertEveryMs, () => lookAfterAlerts(hub));
  const maintenance = regularly(maintainEveryMs, () => maintain(hub));
  return {
    url,
    adminTokenFile,
    signInAddress: () => addressOfAdmin(hub, home),
    async close() {
      news.close();
      await listening.close();
      await renewing.close();
      await watching.close();
      await alerting.close();
      await batches.close();
      await sequencer.close();
      await signing.close();
      await maintenance.close();
      await signAll(hub);
      await parts.traces.close();
      await store.close();
    },
  };
}

/** What has to be before it works: the first tenant, no more than is to be kept, and signatures that are in time. */
async function begin(hub: Hub, options: StartOptions, foreign: readonly Tenant[]): Promise<string | null> {
  const adminTokenFile = await found(hub, options, foreign);
  for (const name of await unknownTenants(hub)) hub.say(`people cannot sign in to ${name}: there is no such tenant`);
  await hub.store.maintain(hub.now());
  await renewAll(hub);
  return adminTokenFile;
}

/** Of hubs that start at one moment over an empty database, one founds the tenant, and its key is that of the log. */
function found(hub: Hub, options: StartOptions, foreign: readonly Tenant[]): Promise<string | null> {
  const { store, home, say, newLogKey } = options;
  return store.alone(async () => {
    const [first] = await store.tenants();
    const strange = await strangeKeys(store, home);
    if (first !== undefined && strange.includes('log.key') && newLogKey !== true) throw otherLogKey(first, home);
    for (const name of strange) say(otherKey(name, home));
    await store.noteHubKeys(ownKeys(home));
    const adminTokenFile = await prepare(hub, options);
    // An entry makes the log grow, so that its end is signed by the new key at once.
    for (const tenant of foreign)
      await perform(hub, hubItself(tenant), { act: 'log.newKey', subject: {}, changes: [] });
    return adminTokenFile;
  });
}

/** Tenants whose log another key has signed last. */
async function foreignLogs(store: Store, { logKey }: HubHome): Promise<readonly Tenant[]> {
  const foreign: Tenant[] = [];
  for (const tenant of await store.tenants()) {
    const last = await store.checkpoint(tenant.id);
    const isOwn = last === null || openCheckpoint(last.note, keyOfLog(tenant, logKey), verifyEd25519) !== null;
    if (!isOwn) foreign.push(tenant);
  }
  return foreign;
}

/** A hub that does not come up does not listen either. */
async function orClose<T>(listening: Listening, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await listening.close();
    throw error;
  }
}

/** The files of keys that are others than those of the hub that was started last. */
async function strangeKeys(store: Store, home: HubHome): Promise<readonly string[]> {
  const known = new Map((await store.hubKeys()).map(({ name, digest }) => [name, digest]));
  return ownKeys(home)
    .filter(({ name, digest }) => (known.get(name) ?? digest) !== digest)
    .map(({ name }) => name);
}

function ownKeys(home: HubHome): readonly HubKey[] {
  return Object.entries(keyDigests(home)).map(([name, digest]) => ({ name, digest }));
}

/** Where several hubs work over one database, nothing else would say why what one has signed is no good to the other. */
function otherKey(name: string, { folder }: HubHome): string {
  return `${name} in ${folder} is another than that of the hub which was started last over this database: give all hubs over it the same five key files; if this key was replaced, that is all`;
}

/** Every device would raise an alarm over a log that is suddenly signed by another key. */
function otherLogKey({ name }: Tenant, { folder }: HubHome): KeyError {
  return new KeyError(
    `the log of ${name} was signed by another key than log.key in ${folder}: give all hubs over one database the same five key files, and --data names their folder. If that key is lost, --new-log-key goes on with this one, and each device needs \`kerb sync --accept-log\``,
  );
}

/** The first tenant and its first admin. The token is in a file and nowhere else. */
async function prepare(hub: Hub, { home, tenant: name }: StartOptions): Promise<string | null> {
  const [first] = await hub.store.tenants();
  const tenant = first ?? (await hub.store.addTenant({ name, origin: originOf(hub, name), createdAt: hub.now() }));
  const tokens = await hub.store.tokens(tenant.id);
  // Who may sign in as one is the provider's word, and may end.
  if (tokens.some(({ role, person }) => role === 'admin' && person === null)) return null;
  const { token, hash } = mintToken();
  const createdAt = hub.now();
  const admin = { id: newId(createdAt), name: 'first admin', role: 'admin' } as const;
  const times = { createdAt, expiresAt: createdAt + adminDays * dayMs };
  writeSecret(home.adminToken, `${token}\n`);
  await perform(hub, hubItself(tenant), {
    act: 'token.create',
    subject: { id: admin.id, name: admin.name, role: admin.role },
    changes: [{ kind: 'addToken', token: { ...admin, ...times, hash, person: null } }],
  });
  return home.adminToken;
}

async function unknownTenants({ store, providers }: Hub): Promise<readonly string[]> {
  const names = (await store.tenants()).map(({ name }) => name);
  return [...providers.keys()].filter((name) => !names.includes(name));
}

async function addressOfAdmin(hub: Hub, { adminToken }: HubHome): Promise<string | null> {
  const hash = existsSync(adminToken) ? tokenHash(readFileSync(adminToken, 'utf8').trim()) : null;
  const token = hash === null ? null : await hub.store.tokenByHash(hash);
  if (token === null || token.revokedAt !== null || token.expiresAt <= hub.now()) return null;
  return signInAddress(hub.url, (await issueSignInCode(token, hub)).code);
}

function originOf({ url }: Hub, tenant: string): string {
  return `${new URL(url).host}/${encodeURIComponent(tenant)}/audit`;
}
