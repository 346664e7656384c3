/** How a device becomes known (RFC 8628), and how a known one gets its tokens (RFC 7523): see `protocol/device.ts`. */
import { randomBytes, randomInt } from 'node:crypto';
import { jwtVerify } from 'jose';
import * as z from 'zod';
import { readJson } from '../../engine/index.ts';
import { ed25519PublicKey, sha256Hex } from '../cryptography.ts';
import type { Hub } from '../hub.ts';
import { actEntry } from '../log/act.ts';
import { hubPaths } from '../protocol.ts';
import type { Device } from '../store/query/device.ts';
import type { Enrolment } from '../store/query/enrolment.ts';

export const enrolmentSeconds = 900;
export const pollSeconds = 5;
const maxWaiting = 10_000;
const maxAssertionSeconds = 60;
/** No vowels, so that no word comes out, and none that look alike. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';

/** An OAuth error code with what to do. */
interface Refused {
  readonly kind: 'refused';
  readonly error: string;
  readonly description: string;
}

export type Granted = { readonly kind: 'granted'; readonly device: Device } | Refused;

/** Begins an enrolment; null where too many wait. */
export async function beginEnrolment(
  { store, now }: Hub,
  asked: Pick<Enrolment, 'keyId' | 'device' | 'name' | 'platform'>,
): Promise<{ readonly deviceCode: string; readonly userCode: string } | null> {
  if ((await store.enrolmentsWaiting()) >= maxWaiting) return null;
  const deviceCode = randomBytes(32).toString('base64url');
  const userCode = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('');
  const times = { askedAt: now(), expiresAt: now() + enrolmentSeconds * 1_000 };
  await store.addEnrolment({ ...asked, ...times, userCode, deviceCode: sha256Hex(deviceCode) });
  return { deviceCode, userCode: `${userCode.slice(0, 4)}-${userCode.slice(4)}` };
}

/** As people type it. */
export function readUserCode(typed: string): string {
  return typed.toUpperCase().replace(/[^A-Z]/g, '');
}

/** Turns an allowed enrolment into a device of the key that asked for it, once. */
export async function finishEnrolment(
  hub: Hub,
  deviceCode: string,
  key: { readonly keyId: string; readonly publicKey: Uint8Array },
): Promise<Granted> {
  const { store, now } = hub;
  const enrolment = await store.enrolmentByDeviceCode(sha256Hex(deviceCode));
  const refusal = refusalOf(enrolment, key.keyId, now());
  if (enrolment === null || refusal !== null) {
    if (enrolment !== null) await store.notePoll(enrolment.deviceCode, now());
    return refusal ?? refused('expired_token', 'begin again');
  }
  if (!(await store.takeEnrolment(enrolment.deviceCode))) return refused('invalid_grant', 'the code was used already');
  return addDevice(hub, enrolment, key.publicKey);
}

/** The device that signed an assertion in its own name. */
export async function checkAssertion(hub: Hub, assertion: string): Promise<Granted> {
  const { store, now } = hub;
  const claimed = claimedDevice(assertion);
  const device = claimed === null ? null : await deviceNamed(hub, claimed);
  const signed = device === null || device.revokedAt !== null ? null : await signedBy(device, assertion, hub);
  if (device === null || signed === null)
    return refused('invalid_client', 'the assertion is not signed by a device that is enrolled here: enrol again');
  const { exp, jti } = signed;
  if (exp * 1_000 > now() + (maxAssertionSeconds + 30) * 1_000)
    return refused('invalid_client', 'exp is too far ahead');
  const isFirst = await store.spend(device.tenant, {
    what: `jti ${device.id} ${jti}`,
    expiresAt: exp * 1_000 + 60_000,
    now: now(),
  });
  return isFirst ? { kind: 'granted', device } : refused('invalid_client', 'the assertion was used before');
}

/** Whom an assertion names, before anything is verified. */
function claimedDevice(assertion: string): string | null {
  const payload = Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8');
  return z.object({ sub: z.string().max(500) }).safeParse(readJson(payload)).data?.sub ?? null;
}

/** What a device has signed in its own name; null where that is not good. */
async function signedBy(device: Device, assertion: string, { url, now }: Pick<Hub, 'url' | 'now'>) {
  const { id } = device;
  try {
    const { payload } = await jwtVerify(assertion, ed25519PublicKey(device.publicKey), {
      ...{ algorithms: ['EdDSA', 'Ed25519'], issuer: id, subject: id, audience: `${url}${hubPaths.token}` },
      ...{ requiredClaims: ['exp', 'jti'], currentDate: new Date(now()), clockTolerance: 30 },
    });
    return z.object({ exp: z.number(), jti: z.string().min(8).max(200) }).parse(payload);
  } catch {
    return null;
  }
}

function refusalOf(enrolment: Enrolment | null, keyId: string, now: number): Refused | null {
  if (enrolment === null || enrolment.expiresAt <= now)
    return refused('expired_token', 'the code has expired: begin again');
  if (enrolment.keyId !== keyId) return refused('invalid_grant', 'the code belongs to another key');
  if (enrolment.state === 'denied') return refused('access_denied', 'a person said no');
  if (enrolment.state === 'allowed') return null;
  const isTooSoon = now - enrolment.polledAt < pollSeconds * 1_000;
  return isTooSoon
    ? refused('slow_down', `ask every ${pollSeconds} seconds`)
    : refused('authorization_pending', 'nobody has allowed it yet');
}

/** A device that is known gets the new key, and is admitted again where it was revoked: a person has allowed it. */
async function addDevice(hub: Hub, enrolment: Enrolment, publicKey: Uint8Array): Promise<Granted> {
  const { name, platform, keyId, tenant, device: id } = enrolment;
  const at = hub.now();
  const owner = await hub.store.deviceByKey(keyId);
  if (owner !== null) return refused('invalid_grant', `the key is that of device ${owner.id} already: make a new one`);
  const known = await deviceNamed(hub, id);
  if (known !== null && known.tenant !== tenant)
    return refused('invalid_grant', 'a device of this id is somewhere else already');
  const by = { id, name, role: 'device' };
  const entry = actEntry({ act: 'device.enrol', by, subject: { id, name, keyId, platform }, at });
  const device = { id, name, keyId, publicKey, platform, labels: {}, at };
  const outcome = await hub.sequencer.submit(tenant!, {
    kind: 'records',
    entries: [entry],
    changes: [{ kind: known === null ? 'addDevice' : 'rekeyDevice', device }],
  });
  const added = outcome.kind === 'committed' ? await hub.store.device(tenant!, id) : null;
  return added === null ? refused('server_error', 'the device could not be added') : { kind: 'granted', device: added };
}

/** Ids of devices are unique over all tenants: `addDevice` sees to it. */
async function deviceNamed({ store }: Hub, id: string): Promise<Device | null> {
  for (const tenant of await store.tenants()) {
    const device = await store.device(tenant.id, id);
    if (device !== null) return device;
  }
  return null;
}

function refused(error: string, description: string): Refused {
  return { kind: 'refused', error, description };
}
