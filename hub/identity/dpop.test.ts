/** Proofs and access tokens as devices send them, made by jose and altered by hand. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { exportJWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { createVerifier, rawPublicKey, thumbprint } from '../cryptography.ts';
import { deviceTokenReader, issueDeviceToken } from './deviceToken.ts';
import { readProof } from './dpop.ts';

const now = Date.UTC(2026, 10, 28);
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const jwk = await exportJWK(publicKey);
const url = 'https://hub.example/v1/journal';

const verify = createVerifier({ maxKeys: 2 });
const demand = { method: 'POST', url, accessToken: null, now, isFirst: () => true, verify } as const;

function prove(header: object = {}, claims: object = {}): Promise<string> {
  const own = { typ: 'dpop+jwt', alg: 'EdDSA', jwk, ...header };
  return new SignJWT({ htm: 'POST', htu: url, jti: 'once upon', iat: now / 1_000, ...claims })
    .setProtectedHeader(own as JWTHeaderParameters)
    .sign(privateKey);
}

test('a proof names the key that signed it', async () => {
  const reading = await readProof(await prove(), demand);
  const key = new Uint8Array(rawPublicKey(publicKey));
  assert.deepEqual(reading, { kind: 'proved', keyId: thumbprint(key), publicKey: key });
});

test('what is no proof, or no proof of this, is refused', async () => {
  const other = await exportJWK(generateKeyPairSync('ed25519').publicKey);
  const proofs = await Promise.all([
    ...[prove({ typ: 'JWT' }), prove({ jwk: other }), prove({ jwk: { ...jwk, d: 'x' } }), prove({}, { htm: 'GET' })],
    ...[prove({}, { htu: `${url}/` }), prove({}, { jti: '' }), prove({}, { iat: now / 1_000 - 61 })],
    ...[prove({}, { iat: now / 1_000 + 31 }), prove({}, { exp: now / 1_000 }), prove({}, { nbf: now / 1_000 + 1 })],
  ]);
  const good = await prove();
  const [header, claims, signature] = good.split('.');
  const unsigned = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'none', jwk })).toString('base64url');
  const critical = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'EdDSA', jwk, crit: ['b64'] })).toString(
    'base64url',
  );
  const altered = [
    ...['', 'a.b.c', '..', `${header}.${claims}`, `${header}.${claims}.`, `${good}.x`, `${good} `, 'x'.repeat(5_000)],
    ...[
      `${unsigned}.${claims}.${signature}`,
      `${critical}.${claims}.${signature}`,
      `${header}.${claims}x.${signature}`,
    ],
    `${header}.${claims}.${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`,
  ];
  for (const proof of [...proofs, ...altered]) assert.equal((await readProof(proof, demand)).kind, 'refused', proof);
  assert.equal((await readProof(good, { ...demand, accessToken: 'token' })).kind, 'refused');
  assert.equal((await readProof(good, { ...demand, isFirst: () => false })).kind, 'refused');
});

test('a critical extension is refused though it is signed', async () => {
  const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk, crit: ['exp'], exp: 1 };
  const proof = await new SignJWT({ htm: 'POST', htu: url, jti: 'once upon', iat: now / 1_000 })
    .setProtectedHeader(header as unknown as JWTHeaderParameters)
    .sign(privateKey, { crit: { exp: true } });
  assert.equal((await readProof(proof, demand)).kind, 'refused');
});

test('an access token is ours until it expires', async () => {
  const [secret, claim] = [randomBytes(32), { tenant: 1, device: 'one', keyId: 'key' }];
  const token = await issueDeviceToken(claim, { secret, now });
  const read = deviceTokenReader({ secret, maxTokens: 1 });
  for (const time of ['first', 'again']) assert.equal(read(token, now)?.keyId, claim.keyId, time);
  assert.equal(read(token, now + 900_000), null);
  assert.equal(deviceTokenReader({ secret: randomBytes(32), maxTokens: 1 })(token, now), null);
  const session = await new SignJWT({ tenant: 1, cnf: { jkt: 'key' } })
    .setProtectedHeader({ alg: 'HS256', typ: 'session' })
    .setSubject('one')
    .setExpirationTime(now / 1_000 + 60)
    .sign(secret);
  for (const other of [session, `${token}x`, token.slice(0, -1), token.replace('.', '..'), ''])
    assert.equal(read(other, now), null);
});
