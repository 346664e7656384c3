/**
 * How a device becomes known and proves that it is itself: the device grant (RFC 8628), then a short-lived access token
 * bound to the device's Ed25519 key by DPoP (RFC 9449). Field names are those of the standards.
 *
 * 1. `POST deviceAuthorization` (form): `client_id=kerb`, `dpop_jkt` = the key's thumbprint, `device` = the id that the device
 *    gave itself (a UUID, since its journal is older than its enrolment), `device_name`, `platform`. A device that is known
 *    gets the new key once a person has allowed it.
 * 2. A person opens the address, compares the code and the thumbprint, and allows it.
 * 3. `POST token` (form) with a DPoP proof: `grant_type=<deviceGrant>`, `device_code`, `client_id=kerb`. Until then
 *     `authorization_pending` or `slow_down` with status 400.
 * 4. Later tokens need no person: `grant_type=client_credentials`, `client_id` = the device, and a `client_assertion`
 *    (RFC 7523) that the device's key signs: `iss` = `sub` = the device, `aud` = the token endpoint's URL, `jti`, `exp`
 *    at most a minute ahead. There is no secret but the key.
 *
 * Every other request carries `Authorization: DPoP <token>` and `DPoP: <proof>` with `htm`, `htu` (without query), `iat`,
 * `jti`, `ath`. A hub that wants a nonce answers 401 with `DPoP-Nonce` and `use_dpop_nonce`; the device tries once more.
 */
import * as z from 'zod';
import { hash, name, words } from './scalar.ts';

export const clientId = 'kerb';
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export const deviceAuthorization = z.object({
  device_code: z.string().min(1).max(2_000),
  user_code: z.string().min(1).max(100),
  verification_uri: z.url().max(2_000),
  verification_uri_complete: z.url().max(2_000).optional(),
  /** Seconds. */
  expires_in: z.int().min(1).max(86_400),
  /** Seconds between two questions. Default: 5. */
  interval: z.int().min(1).max(600).default(5),
});
export type DeviceAuthorization = z.infer<typeof deviceAuthorization>;

/** A label says where a device belongs: `team: payments`. Rollout stages select by them. */
export const labels = z
  .record(z.string().min(1).max(100), z.string().max(200))
  .refine((value) => Object.keys(value).length <= 50, 'a device has at most 50 labels');

export const accessToken = z.object({
  access_token: z.string().min(1).max(10_000),
  token_type: z.literal('DPoP'),
  /** Seconds. */
  expires_in: z.int().min(1).max(86_400),
  /** The device that the token is for. */
  device: name,
  labels: labels.default({}),
});
export type AccessToken = z.infer<typeof accessToken>;

/** A refusal of the token endpoint (RFC 6749 5.2, RFC 8628 3.5). */
export const tokenError = z.object({
  /** `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_client` … */
  error: name,
  error_description: words.optional(),
});

/** `PUT /v1/device/status`, after a round that changed something: what the hub's page of devices shows. A newer
 * device may say more than a hub knows. */
export const deviceStatus = z.object({
  /** The bundle in force; null before the first. */
  revision: name.nullable(),
  ring: name.nullable(),
  /** Versions of the roles that the device trusts, by name. */
  roles: z.record(name, z.int().min(1)),
  /** The journal's last entry. */
  journal: z.strictObject({ seq: z.int().min(0), head: hash }),
  /** Why the newest policies were refused; null where they were not. */
  refusal: words.nullable(),
  /** What it found wrong with the hub's log; null where nothing is. */
  logAlarm: words.nullable().default(null),
  kerb: name,
  platform: name,
});
export type DeviceStatus = z.infer<typeof deviceStatus>;
