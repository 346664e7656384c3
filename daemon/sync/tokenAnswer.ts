/** What the token endpoint says (RFC 6749, RFC 8628). */
import { type AccessToken, accessToken, tokenError } from '../../hub/protocol.ts';
import { type Answer, HubFailure, jsonOf, refuseLater } from './network.ts';

/** The token. `now`: milliseconds since 1970. Throws `HubFailure`, whose `reason` is the standard's error code. */
export function readTokenAnswer(url: string, answer: Answer, now: number): AccessToken {
  const { status } = answer;
  refuseLater(url, answer, now);
  const body = jsonOf(answer);
  const token = accessToken.safeParse(body);
  if (status === 200 && token.success) return token.data;
  const refusal = tokenError.safeParse(body);
  if (status < 400 || !refusal.success)
    throw new HubFailure('garbage', `${url} answers, but not as a hub does: check the address`, { status });
  const { error, error_description: words } = refusal.data;
  throw new HubFailure(
    'refused',
    `the hub gives no token (${error})${words === undefined ? '' : `: ${words}`}${advice(error)}`,
    {
      status,
      reason: error,
    },
  );
}

function advice(error: string): string {
  if (error === 'access_denied') return '. Somebody at the hub refused this device: ask who runs it';
  if (error === 'invalid_client' || error === 'expired_token') return '. Run `kerb enroll` again';
  return error === 'invalid_dpop_proof' ? '. Check the clock of this machine' : '';
}
