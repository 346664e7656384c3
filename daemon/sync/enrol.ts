/** Enrolment: the device grant of RFC 8628, and the root that everything else from this hub will be measured by. */
import {
  type AccessToken,
  clientId,
  type DeviceAuthorization,
  deviceAuthorization,
  deviceGrant,
  hubPaths,
  distributionLimits as limits,
} from '../../hub/protocol.ts';
import type { Home } from '../home.ts';
import { createDeviceKey, type DeviceKey } from './deviceKey.ts';
import { type Enrolment, readEnrolment, readTrust, writeEnrolment, writeTrust } from './enrolment.ts';
import { connectHub, readAnswer } from './hub.ts';
import { isHubAddress } from './hubAddress.ts';
import type { KeyStore } from './keyStore.ts';
import { exchange, HubFailure, type Network } from './network.ts';
import { createProver, type Prover } from './proof.ts';
import { maxTokenBytes } from './token.ts';
import { readTokenAnswer } from './tokenAnswer.ts';
import { TrustRefusal } from './tuf/refusal.ts';
import { firstRoot, sha256Of } from './tuf/roots.ts';
import { forgetLog } from './witness.ts';

export interface EnrolOptions {
  readonly home: Home;
  /** As a person typed it. */
  readonly address: string;
  /** The name of this machine's journal, which its entries are chained under. */
  readonly device: string;
  readonly stores: readonly KeyStore[];
  readonly network: Network;
  readonly sleep: (ms: number) => Promise<void>;
  /** SHA-256 of the hub's first root, where somebody told it beforehand; null to believe the hub this once. */
  readonly rootSha256: string | null;
  readonly about: { readonly name: string; readonly platform: string };
  /** Shows a person where to go, and what to compare. */
  readonly show: (what: { readonly grant: DeviceAuthorization; readonly keyId: string }) => Promise<void>;
}

export interface Enrolled {
  readonly enrolment: Enrolment;
  readonly store: KeyStore;
  readonly root: { readonly version: number; readonly sha256: string };
}

const withinMs = 30_000;

/** Enrols this device. Throws `HubFailure` and `TrustRefusal`; nothing is kept before all of it went well. */
export async function enrol(options: EnrolOptions): Promise<Enrolled> {
  const { home, device, stores, network } = options;
  const hub = addressOf(options.address);
  const { key, store } = await createDeviceKey(stores);
  const token = await askForDevice(hub, { ...options, key });
  if (token.device !== device)
    throw new HubFailure('garbage', `${hub} names another device than the one that asked: ask who runs the hub`);
  const root = await fetchRoot({ ...options, hub, key });
  const enrolment: Enrolment = { hub, device, keyId: key.id, keptIn: store.name, enrolledAt: network.now() };
  if (!(await comesBack({ ...options, hub, key }))) {
    writeTrust(home, { root, seen: {}, version: null, labels: token.labels, refreshedAt: null });
    forgetLog(home);
  }
  writeEnrolment(home, enrolment);
  return { enrolment, store, root };
}

/**
 * Whether it is the hub that this device knows, under whatever address: then the device goes on from what it has seen, so that
 * nothing older comes into force again. It is the same where it has the root that the device trusts.
 */
async function comesBack(options: AskOptions & { readonly hub: string }): Promise<boolean> {
  const { home, hub } = options;
  const [known, trust] = [readEnrolment(home), readTrust(home)];
  if (known.kind !== 'record' || trust.kind !== 'record') return false;
  if (known.value.hub === hub) return true;
  const { version, sha256 } = trust.value.root;
  const root = await askForRoot(options, version);
  return root !== null && sha256Of(root) === sha256;
}

function addressOf(typed: string): string {
  const whole = typed.includes('://') ? typed : `https://${typed}`;
  if (!isHubAddress(whole))
    throw new HubFailure('refused', `${JSON.stringify(typed)} is no address of a hub: it begins with https://`);
  const url = new URL(whole);
  if (url.username !== '' || url.search !== '' || url.hash !== '')
    throw new HubFailure('refused', 'the address of a hub has no password, query or fragment');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

type AskOptions = EnrolOptions & { readonly key: DeviceKey };

async function askForDevice(hub: string, options: AskOptions): Promise<AccessToken> {
  const { key, network, device, about } = options;
  const url = hub + hubPaths.deviceAuthorization;
  const form = { client_id: clientId, dpop_jkt: key.id, device, device_name: about.name, platform: about.platform };
  const answer = await exchange(network, { ...postOf(url, form), maxBytes: maxTokenBytes, withinMs });
  const grant = readAnswer('enrolment', answer, deviceAuthorization);
  await options.show({ grant, keyId: key.id });
  return waitForGrant(hub, { ...options, grant });
}

/** Asks until a person has decided (RFC 8628, section 3.4). */
async function waitForGrant(
  hub: string,
  options: AskOptions & { readonly grant: DeviceAuthorization },
): Promise<AccessToken> {
  const { grant, network, key, sleep } = options;
  const prover = createProver(key, network);
  const until = network.now() + grant.expires_in * 1_000;
  let pauseMs = grant.interval * 1_000;
  while (network.now() < until) {
    await sleep(pauseMs);
    const outcome = await askOnce(hub, { prover, network, code: grant.device_code });
    if (outcome === 'slow_down') pauseMs += 5_000;
    else if (outcome !== 'authorization_pending') return outcome;
  }
  throw new HubFailure('refused', 'nobody has allowed this device in time: run `kerb enroll` again');
}

async function askOnce(
  hub: string,
  { prover, network, code }: { readonly prover: Prover; readonly network: Network; readonly code: string },
): Promise<AccessToken | 'authorization_pending' | 'slow_down'> {
  const url = hub + hubPaths.token;
  const form = { grant_type: deviceGrant, device_code: code, client_id: clientId };
  try {
    const answer = await prover.send({ method: 'POST', url, accessToken: null }, (proof) =>
      exchange(network, { ...postOf(url, form, proof), maxBytes: maxTokenBytes, withinMs }),
    );
    return readTokenAnswer(url, answer, network.now());
  } catch (error) {
    if (!(error instanceof HubFailure)) throw error;
    if (error.reason === 'authorization_pending' || error.reason === 'slow_down') return error.reason;
    // A connection that breaks while a person is thinking is no answer of theirs (RFC 8628, section 3.5).
    if (['unreachable', 'slow', 'failing', 'busy'].includes(error.code)) return 'slow_down';
    throw error;
  }
}

async function fetchRoot(
  options: AskOptions & { readonly hub: string },
): Promise<{ readonly version: number; readonly sha256: string }> {
  const { rootSha256 } = options;
  const first = await askForRoot(options, 1);
  if (first === null)
    throw new HubFailure('refused', 'the hub has no root of trust yet: whoever runs it has to set it up first');
  const pin = firstRoot(first);
  if (rootSha256 !== null && pin.sha256 !== rootSha256)
    throw new TrustRefusal(
      'tampered',
      'root',
      `the hub's first root is ${pin.sha256}, and not the one that was named: this is another hub, or somebody is in between. Nothing was enrolled`,
    );
  return pin;
}

/** Null where the hub has none of this number. */
async function askForRoot(
  { hub, device, key, network }: AskOptions & { readonly hub: string },
  version: number,
): Promise<Buffer | null> {
  const path = `${hubPaths.metadata}/${version}.root.json`;
  const connection = connectHub({ enrolment: { hub, device }, key, network });
  const answer = await connection.send({ method: 'GET', path, maxBytes: limits.root });
  return answer.status === 200 ? answer.body : null;
}

function postOf(url: string, form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  return {
    method: 'POST' as const,
    url,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
  };
}
