/** Enrolment of devices and their tokens: what a device asks, and what a person answers. */
import * as z from 'zod';
import type { Hub } from '../../hub.ts';
import { deviceTokenSeconds, issueDeviceToken } from '../../identity/deviceToken.ts';
import { readProof } from '../../identity/dpop.ts';
import {
  beginEnrolment,
  checkAssertion,
  enrolmentSeconds,
  finishEnrolment,
  type Granted,
  pollSeconds,
  readUserCode,
} from '../../identity/enrol.ts';
import { waitingDevice } from '../../protocol/fleet.ts';
import { accessToken, assertionType, clientId, deviceAuthorization, deviceGrant, hubPaths } from '../../protocol.ts';
import { perform } from '../perform.ts';
import { type Answer, type Call, json, notFound, type Route, refuse, route } from '../route.ts';

const words = z.string().min(1).max(200);
const tokenForm = z.discriminatedUnion('grant_type', [
  z.object({ grant_type: z.literal(deviceGrant), device_code: z.string().max(200), client_id: z.literal(clientId) }),
  z.object({
    grant_type: z.literal('client_credentials'),
    client_id: z.string().max(500),
    client_assertion_type: z.literal(assertionType),
    client_assertion: z.string().max(10_000),
  }),
]);

export const enrolmentRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: hubPaths.deviceAuthorization,
    summary: 'Begins the enrolment of a device (RFC 8628)',
    permission: 'public',
    form: 'urlencoded',
    body: z.object({
      client_id: z.literal(clientId),
      dpop_jkt: z.string().regex(/^[\w-]{43}$/),
      device: z.uuid().toLowerCase(),
      device_name: words,
      platform: words,
    }),
    success: { status: 200, description: 'Codes', content: deviceAuthorization },
    async run({ hub, body: { dpop_jkt: keyId, device, device_name: name, platform } }) {
      const begun = await beginEnrolment(hub, { keyId, device, name, platform });
      if (begun === null) return refuse(429, 'busy', 'too many devices wait for a person', { 'retry-after': '60' });
      return json(200, {
        device_code: begun.deviceCode,
        user_code: begun.userCode,
        verification_uri: `${hub.url}/enroll`,
        verification_uri_complete: `${hub.url}/enroll?code=${begun.userCode}`,
        expires_in: enrolmentSeconds,
        interval: pollSeconds,
      });
    },
  }),
  route({
    method: 'POST',
    path: hubPaths.token,
    summary: 'Gives a device a token that is bound to its key by DPoP (RFC 8628, RFC 7523, RFC 9449)',
    permission: 'public',
    counted: 'refusals',
    form: 'urlencoded',
    body: tokenForm,
    success: { status: 200, description: 'A token', content: accessToken },
    run: grantToken,
  }),
  route({
    method: 'GET',
    path: '/v1/enrolments/:code',
    summary: 'The device that waits under a code, for a person to compare',
    permission: 'device:write',
    params: z.object({ code: words }),
    success: { status: 200, description: 'What it says of itself', content: waitingDevice },
    async run({ hub, caller, params }) {
      const found = await hub.store.enrolmentByUserCode(readUserCode(params.code));
      if (found === null || found.expiresAt <= hub.now()) return notFound('device that waits under this code');
      const { userCode, name, platform, keyId, device, state } = found;
      const isKnown = (await hub.store.device(caller.tenant.id, device)) !== null;
      return json(200, { userCode, name, platform, keyId, device, isKnown, state });
    },
  }),
  route({
    method: 'POST',
    path: '/v1/enrolments/:code',
    summary: 'Allows a device that waits, or refuses it',
    permission: 'device:write',
    params: z.object({ code: words }),
    body: z.strictObject({ decision: z.enum(['allow', 'deny']) }),
    success: { status: 204, description: 'Decided', content: null },
    async run({ hub, caller, params, body: { decision } }) {
      const userCode = readUserCode(params.code);
      const found = await hub.store.enrolmentByUserCode(userCode);
      if (found === null || found.expiresAt <= hub.now()) return notFound('device that waits under this code');
      const state = decision === 'allow' ? 'allowed' : 'denied';
      const isDecided = await hub.store.decideEnrolment(userCode, { tenant: caller.tenant.id, state });
      if (!isDecided) return refuse(409, 'decided', 'somebody has decided this already');
      const { name, platform, keyId, device } = found;
      const subject = { id: device, name, platform, keyId };
      await perform(hub, caller, { act: `device.${decision}`, subject, changes: [] });
      return { status: 204, type: '', body: null };
    },
  }),
];

async function grantToken({
  hub,
  body,
  headers,
  method,
}: Pick<Call, 'hub' | 'headers' | 'method'> & {
  readonly body: z.output<typeof tokenForm>;
}): Promise<Answer> {
  const { dpop } = headers;
  const proof = typeof dpop === 'string' ? dpop : '';
  const url = `${hub.url}${hubPaths.token}`;
  const demand = { method, url, accessToken: null, now: hub.now(), isFirst: hub.proofs.isFirst, verify: hub.verify };
  const key = await readProof(proof, demand);
  if (key.kind === 'refused') return oauthError('invalid_dpop_proof', key.why);
  const granted =
    body.grant_type === deviceGrant
      ? await finishEnrolment(hub, body.device_code, key)
      : await checkAssertion(hub, body.client_assertion);
  return granted.kind === 'granted' && granted.device.keyId !== key.keyId
    ? oauthError('invalid_dpop_proof', 'the proof is by another key than the device has')
    : answerTo(granted, hub);
}

async function answerTo(granted: Granted, hub: Hub): Promise<Answer> {
  if (granted.kind === 'refused') return oauthError(granted.error, granted.description);
  const { tenant, id, keyId, labels } = granted.device;
  const claim = { tenant, device: id, keyId };
  const token = await issueDeviceToken(claim, { secret: hub.tokenSecret, now: hub.now() });
  return json(200, { access_token: token, token_type: 'DPoP', expires_in: deviceTokenSeconds, device: id, labels });
}

/** RFC 6749, section 5.2. */
function oauthError(error: string, description: string): Answer {
  return json(error === 'invalid_client' ? 401 : 400, { error, error_description: description });
}
