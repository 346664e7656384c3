/** The test hub's door: device grants, tokens, and proofs, checked as the standards say. */
import { createHash, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, importJWK, type JWK, jwtVerify } from 'jose';
import { assertionType, clientId, deviceGrant } from '../../hub/protocol.ts';

export interface KnownDevice {
  readonly id: string;
  readonly jwk: JWK;
  readonly keyId: string;
}

export interface Gatekeeper {
  /** Devices that somebody allowed, by id. */
  readonly devices: Map<string, KnownDevice>;
  /** What a person at the hub's page decides of the next device, or what the hub says meanwhile. */
  decision: 'allow' | 'deny' | 'later' | 'slowDown' | 'expired';
  labels: Readonly<Record<string, string>>;
  /** When set, proofs have to carry it. */
  nonce: string | null;
  authorise(form: URLSearchParams, address: string): object;
  /** A token, or the error code of RFC 6749 and RFC 8628. */
  token(form: URLSearchParams, proof: string | undefined, url: string): Promise<object | string>;
  /** The device that a request is from; a string says why it is from none. */
  deviceOf(request: {
    readonly method: string;
    readonly url: string;
    readonly authorization: string | undefined;
    readonly proof: string | undefined;
  }): Promise<KnownDevice | string>;
}

/** What RFC 8628 (section 3.5) calls it. */
const undecided = {
  deny: 'access_denied',
  later: 'authorization_pending',
  slowDown: 'slow_down',
  expired: 'expired_token',
} as const;

/** `now` in milliseconds since 1970. */
export function createGatekeeper(now: () => number): Gatekeeper {
  const grants = new Map<string, { readonly device: string; readonly keyId: string }>();
  const tokens = new Map<string, { readonly device: string; readonly until: number }>();
  const spent = new Set<string>();
  const devices = new Map<string, KnownDevice>();
  const currentDate = () => new Date(now());

  const once = (id: unknown): boolean => {
    if (typeof id !== 'string' || spent.has(id)) return false;
    spent.add(id);
    return true;
  };
  const readProof = async (
    proof: string | undefined,
    about: { readonly method: string; readonly url: string; readonly token: string | null },
  ): Promise<JWK> => {
    const { payload, protectedHeader } = await jwtVerify(proof ?? '', EmbeddedJWK, {
      typ: 'dpop+jwt',
      maxTokenAge: 60,
      currentDate: currentDate(),
    });
    const ath = about.token === null ? undefined : createHash('sha256').update(about.token).digest('base64url');
    const fits = payload.htm === about.method && payload.htu === about.url && payload.ath === ath && once(payload.jti);
    if (!fits || (keeper.nonce !== null && payload.nonce !== keeper.nonce))
      throw new Error('the proof is for something else');
    return protectedHeader.jwk as JWK;
  };
  const give = (device: string): object => {
    const value = randomBytes(24).toString('base64url');
    tokens.set(value, { device, until: now() + 600_000 });
    return { access_token: value, token_type: 'DPoP', expires_in: 600, device, labels: keeper.labels };
  };
  const keeper: Gatekeeper = {
    devices,
    decision: 'allow',
    labels: {},
    nonce: null,
    authorise(form, address) {
      const code = randomBytes(24).toString('base64url');
      grants.set(code, { device: form.get('device') ?? '', keyId: form.get('dpop_jkt') ?? '' });
      const verification = `${address}/device`;
      return {
        device_code: code,
        user_code: 'WDJB-MJHT',
        verification_uri: verification,
        expires_in: 900,
        interval: 1,
      };
    },
    async token(form, proof, url) {
      let jwk: JWK;
      try {
        jwk = await readProof(proof, { method: 'POST', url, token: null });
      } catch {
        return 'invalid_dpop_proof';
      }
      const keyId = await calculateJwkThumbprint(jwk);
      if (form.get('grant_type') === deviceGrant) {
        const grant = grants.get(form.get('device_code') ?? '');
        if (form.get('client_id') !== clientId || grant === undefined || grant.keyId !== keyId) return 'invalid_grant';
        if (keeper.decision !== 'allow') return undecided[keeper.decision];
        devices.set(grant.device, { id: grant.device, jwk, keyId });
        return give(grant.device);
      }
      const device = devices.get(form.get('client_id') ?? '');
      if (device === undefined || device.keyId !== keyId || form.get('client_assertion_type') !== assertionType)
        return 'invalid_client';
      try {
        const { payload } = await jwtVerify(form.get('client_assertion') ?? '', await importJWK(device.jwk, 'EdDSA'), {
          issuer: device.id,
          subject: device.id,
          audience: url,
          maxTokenAge: 60,
          currentDate: currentDate(),
        });
        return once(payload.jti) ? give(device.id) : 'invalid_client';
      } catch {
        return 'invalid_client';
      }
    },
    async deviceOf({ method, url, authorization, proof }) {
      const value = /^DPoP (.+)$/.exec(authorization ?? '')?.[1];
      const token = value === undefined ? undefined : tokens.get(value);
      if (value === undefined || token === undefined || token.until <= now())
        return 'the token is unknown or has run out';
      const device = devices.get(token.device);
      try {
        const jwk = await readProof(proof, { method, url, token: value });
        return device !== undefined && device.keyId === (await calculateJwkThumbprint(jwk))
          ? device
          : 'the device is not known any more';
      } catch (error) {
        return String(error);
      }
    },
  };
  return keeper;
}
