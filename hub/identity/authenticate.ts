/** Who asks: a person or robot by a bearer token, a person by a session, a device by a token and a proof of its key. */
import type { VerifyBytes } from '../cryptography.ts';
import type { Token } from '../store/query/access.ts';
import type { Device } from '../store/query/device.ts';
import type { Tenant } from '../store/query/tenant.ts';
import type { Store } from '../store/store.ts';
import { tokenHash } from './bearer.ts';
import { isJobToken, type Job, type Jobs, readJob } from './ci.ts';
import type { ReadDeviceToken } from './deviceToken.ts';
import { readProof } from './dpop.ts';
import type { Once } from './once.ts';
import { isRole, type Role } from './role.ts';
import { type Sessions, tokenOfSession } from './session.ts';
import type { TenantOf } from './tenant.ts';

export interface Caller {
  readonly tenant: Tenant;
  readonly role: Role;
  /** The token's or the device's id; of a job of CI the id of the rule by which it is believed. */
  readonly id: string;
  readonly name: string;
  /** What its platform says of a job of CI; null for everybody else. */
  readonly job: Job | null;
  /** As the hub knew it when it asked; null for everybody else. */
  readonly device: Device | null;
}

export interface Credentials {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly proof: string | undefined;
  /** What the hub's own page sends, and it alone; looked at where there is no `authorization`. */
  readonly session: { readonly cookie: string; readonly pageKey: string } | null;
}

export interface Identity extends Sessions, Omit<Jobs, 'store'> {
  readonly store: Sessions['store'] & Jobs['store'] & Pick<Store, 'device'>;
  readonly proofs: Once;
  readonly verify: VerifyBytes;
  readonly readDeviceToken: ReadDeviceToken;
  readonly tenantOf: TenantOf;
}

export type Authentication =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly code: string; readonly message: string };

export async function authenticate(credentials: Credentials, identity: Identity): Promise<Authentication> {
  const { authorization, session } = credentials;
  if (authorization === undefined && session !== null) return bySession(session, identity);
  const [scheme, token, ...more] = authorization?.split(' ') ?? [];
  if (token === undefined || more.length > 0) return unauthorized('send a token: Authorization: Bearer …');
  if (scheme?.toLowerCase() === 'bearer') return isJobToken(token) ? byJob(token, identity) : byToken(token, identity);
  if (scheme?.toLowerCase() === 'dpop') return byDevice(token, credentials, identity);
  return unauthorized('the scheme is neither Bearer nor DPoP');
}

async function byToken(token: string, identity: Identity): Promise<Authentication> {
  const { store, now } = identity;
  const hash = tokenHash(token);
  const known = hash === null ? null : await store.tokenByHash(hash);
  const isGood = known !== null && known.revokedAt === null && known.expiresAt > now();
  return isGood ? inNameOf(known, identity) : unauthorized('the token is unknown, revoked or expired');
}

async function byJob(token: string, identity: Identity): Promise<Authentication> {
  const reading = await readJob(token, identity);
  if (reading.kind === 'refused') return unauthorized(reading.why);
  const { rule, job } = reading;
  return callerOf(identity, rule.tenant, { role: 'ci', id: rule.id, name: job.subject, job, device: null });
}

async function bySession(session: NonNullable<Credentials['session']>, identity: Identity): Promise<Authentication> {
  const token = await tokenOfSession(session, identity);
  return token === null ? unauthorized('the session is over: sign in again') : inNameOf(token, identity);
}

async function inNameOf({ tenant, role, id, name }: Token, identity: Identity): Promise<Authentication> {
  return isRole(role)
    ? callerOf(identity, tenant, { role, id, name, job: null, device: null })
    : unauthorized('the token has no role any more');
}

async function byDevice(token: string, credentials: Credentials, identity: Identity): Promise<Authentication> {
  const { store, readDeviceToken, verify, proofs, now } = identity;
  const claim = readDeviceToken(token, now());
  if (claim === null) return unauthorized('the access token is unknown or expired: ask for a new one');
  const { method, url, proof = '' } = credentials;
  const demand = { method, url, accessToken: token, now: now(), isFirst: proofs.isFirst, verify };
  const reading = await readProof(proof, demand);
  if (reading.kind === 'refused') return unauthorized(reading.why);
  if (reading.keyId !== claim.keyId) return unauthorized('the proof is by another key than the token is bound to');
  const device = await store.device(claim.tenant, claim.device);
  if (device === null || device.revokedAt !== null || device.keyId !== claim.keyId) {
    const message = 'this device was revoked: enrol it again';
    return { kind: 'refused', status: 403, code: 'deviceRevoked', message };
  }
  return callerOf(identity, claim.tenant, { role: 'device', id: device.id, name: device.name, job: null, device });
}

async function callerOf({ tenantOf }: Identity, id: number, caller: Omit<Caller, 'tenant'>): Promise<Authentication> {
  const tenant = await tenantOf(id);
  return tenant === null ? unauthorized('the tenant is gone') : { kind: 'caller', caller: { tenant, ...caller } };
}

function unauthorized(message: string): Authentication {
  return { kind: 'refused', status: 401, code: 'unauthorized', message };
}
