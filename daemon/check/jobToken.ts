/** The token that a platform of CI gives a job for a hub (OpenID Connect). */
import process from 'node:process';
import * as z from 'zod';
import { UsageError } from '../command.ts';
import { exchange, HubFailure, jsonOf, type Network } from '../sync/network.ts';

const withinMs = 30_000;
const maxBytes = 100_000;
const answered = z.object({ value: z.string().min(1).max(20_000) });

/** From GitHub's endpoint, or as GitLab puts it into the environment. Throws `UsageError` where there is none. */
export async function jobToken(audience: string, network: Network): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret, KERB_ID_TOKEN } = process.env;
  if (url !== undefined && secret !== undefined) return ofGithub({ url, secret, audience }, network);
  if (KERB_ID_TOKEN) return KERB_ID_TOKEN.trim();
  throw new UsageError(
    `--hub sends the decision by the job's own token, and there is none: on GitHub give the job \`permissions: id-token: write\`, on GitLab \`id_tokens: { KERB_ID_TOKEN: { aud: ${audience} } }\``,
  );
}

async function ofGithub(
  { url, secret, audience }: { readonly url: string; readonly secret: string; readonly audience: string },
  network: Network,
): Promise<string> {
  if (!URL.canParse(url)) throw new UsageError('ACTIONS_ID_TOKEN_REQUEST_URL is no address');
  const address = new URL(url);
  address.searchParams.set('audience', audience);
  const headers = { authorization: `Bearer ${secret}`, accept: 'application/json' };
  try {
    const answer = await exchange(network, { method: 'GET', url: address.href, headers, maxBytes, withinMs });
    const { success, data } = answered.safeParse(jsonOf(answer));
    if (success) return data.value;
    throw new UsageError(`the platform gives no token for ${audience} (${answer.status})`);
  } catch (error) {
    throw error instanceof HubFailure ? new UsageError(`the platform gives no token: ${error.message}`) : error;
  }
}
