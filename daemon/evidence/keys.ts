/** Keys of devices: that of this one, and those that a CI believes. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { calculateJwkThumbprint } from 'jose';
import * as z from 'zod';
import { UsageError } from '../command.ts';
import type { Home } from '../home.ts';
import { type DeviceKey, loadDeviceKey } from '../sync/deviceKey.ts';
import { readEnrolment } from '../sync/enrolment.ts';
import { keyStoreNamed } from '../sync/keyStore.ts';
import type { TrustedKeys } from './note.ts';

const publicJwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().max(100) });
const keySet = z.object({ keys: z.array(publicJwk).max(10_000) });

/** The key of this device. Throws `UsageError` where there is none: a device gets one when it is enrolled. */
export async function ownKey(home: Home): Promise<DeviceKey> {
  const enrolment = readEnrolment(home);
  if (enrolment.kind === 'problem') throw new UsageError(enrolment.message);
  if (enrolment.kind === 'none') throw new UsageError('this device has no key: `kerb enroll URL` makes one');
  const { keyId, keptIn } = enrolment.value;
  const store = keyStoreNamed(home, keptIn);
  const key = store === null ? null : await loadDeviceKey(keyId, store);
  if (key !== null) return key;
  throw new UsageError(`the device key is not in ${store?.place ?? 'its key store'}: unlock that, or enrol again`);
}

/** A device's public key as a JWK Set (RFC 7517). Sets are put together by their `keys`. */
export function keySetOf({ id, publicJwk: { kty, crv, x } }: DeviceKey): object {
  return { keys: [{ kty, crv, x, kid: id }] };
}

/** The keys of a JWK Set, by what they are and not by what they are called. Throws `UsageError`. */
export async function readKeySet(file: string): Promise<TrustedKeys> {
  const parsed = keySet.safeParse(readJson(file));
  if (!parsed.success)
    throw new UsageError(`${file} is no JWK Set of Ed25519 keys: \`kerb audit device-key\` prints one for a device`);
  const keys = new Map<string, KeyObject>();
  for (const { kty, crv, x } of parsed.data.keys)
    keys.set(await calculateJwkThumbprint({ kty, crv, x }), publicKeyOf({ kty, crv, x }, file));
  return keys;
}

function publicKeyOf(key: z.infer<typeof publicJwk>, file: string): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch (cause) {
    throw new UsageError(`${file} has a key that is none: ${(cause as Error).message}`);
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`);
  }
}
