/** The device's access token, renewed without a person by its key alone. */
import { type AccessToken, assertionType, hubPaths } from '../../hub/protocol.ts';
import type { DeviceKey } from './deviceKey.ts';
import { exchange, type Network } from './network.ts';
import { clientAssertion, type Prover } from './proof.ts';
import { readTokenAnswer } from './tokenAnswer.ts';

export interface Tokens {
  /** A token that is good for a while yet. Throws `HubFailure`. */
  current(): Promise<string>;
  forget(): void;
  /** What the hub last said of this device's labels; null before the first token. */
  labels(): Readonly<Record<string, string>> | null;
}

interface TokenOptions {
  /** The hub's. */
  readonly address: string;
  readonly device: string;
  readonly key: DeviceKey;
  readonly network: Network;
  readonly prover: Prover;
}

/** Renewed this long before it runs out. */
const renewalMs = 30_000;
const withinMs = 30_000;
export const maxTokenBytes = 64_000;

export function createTokens({ address, device, key, network, prover }: TokenOptions): Tokens {
  const url = address + hubPaths.token;
  let held: { readonly value: AccessToken; readonly until: number } | null = null;
  let labels: Readonly<Record<string, string>> | null = null;
  const renew = async (): Promise<AccessToken> => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: device,
      client_assertion_type: assertionType,
      client_assertion: await clientAssertion(key, { device, audience: url, now: network.now() }),
    });
    const answer = await prover.send({ method: 'POST', url, accessToken: null }, (proof) =>
      exchange(network, {
        method: 'POST',
        url,
        headers: { ...proof, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
        maxBytes: maxTokenBytes,
        withinMs,
      }),
    );
    return readTokenAnswer(url, answer, network.now());
  };
  return {
    async current() {
      if (held === null || held.until <= network.now()) {
        const value = await renew();
        held = { value, until: network.now() + value.expires_in * 1_000 - renewalMs };
        labels = value.labels;
      }
      return held.value.access_token;
    },
    forget() {
      held = null;
    },
    labels: () => labels,
  };
}
