/** The hub as an enrolled device sees it: every request carries a token and a proof, and every answer is parsed. */
import type { z } from 'zod';
import { hubError } from '../../hub/protocol.ts';
import type { DeviceKey } from './deviceKey.ts';
import type { Enrolment } from './enrolment.ts';
import { type Answer, exchange, HubFailure, jsonOf, type Network, refuseLater } from './network.ts';
import { createProver } from './proof.ts';
import { createTokens } from './token.ts';

export interface HubRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the hub's address, with a query where there is one. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly maxBytes: number;
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

export interface Hub {
  readonly address: string;
  /** Any status but 401, 429 and 5xx is an answer. Throws `HubFailure`. */
  send(request: HubRequest): Promise<Answer>;
  /** What the hub last said of this device's labels; null before the first token. */
  labels(): Readonly<Record<string, string>> | null;
  /** Headers that open the WebSocket. */
  authorise(method: string, path: string): Promise<Readonly<Record<string, string>>>;
}

const defaultWithinMs = 30_000;

export interface HubOptions {
  readonly enrolment: Pick<Enrolment, 'hub' | 'device'>;
  readonly key: DeviceKey;
  readonly network: Network;
}

/** The hub of an enrolment. Holds a token in memory and nothing else. */
export function connectHub({ enrolment, key, network }: HubOptions): Hub {
  const { hub: address, device } = enrolment;
  const prover = createProver(key, network);
  const tokens = createTokens({ address, device, key, network, prover });
  const attempt = async (request: HubRequest): Promise<Answer> => {
    const { method, path, json, maxBytes, withinMs = defaultWithinMs, signal } = request;
    const url = address + path;
    const accessToken = await tokens.current();
    const own = { accept: 'application/json', ...request.headers, authorization: `DPoP ${accessToken}` };
    return prover.send({ method, url, accessToken }, (proof) =>
      exchange(network, {
        method,
        url,
        headers: { ...own, ...proof, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        maxBytes,
        withinMs,
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  };
  return {
    address,
    async send(request) {
      const first = await attempt(request);
      if (first.status !== 401) return usable(address, first, network.now());
      // The token may have been taken back, or the hub's clock runs ahead of ours: a new one says which.
      tokens.forget();
      return usable(address, await attempt(request), network.now());
    },
    labels: tokens.labels,
    async authorise(method, path) {
      const accessToken = await tokens.current();
      const proof = await prover.header({ method, url: address + path, accessToken });
      return { authorization: `DPoP ${accessToken}`, ...proof };
    },
  };
}

/** Parses a JSON answer. Throws `HubFailure` where the hub refused, or where it does not speak the protocol. */
export function readAnswer<T>(what: string, answer: Answer, schema: z.ZodType<T>): T {
  if (answer.status >= 400) throw refusedBy(what, answer);
  const parsed = schema.safeParse(jsonOf(answer));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new HubFailure(
    'garbage',
    `${what}: the hub's answer is not as agreed (${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'no JSON'}); update Kerb, else ask who runs the hub`,
    { status: answer.status },
  );
}

/** A refusal in the hub's own words. */
export function refusedBy(what: string, answer: Answer): HubFailure {
  const parsed = hubError.safeParse(jsonOf(answer));
  const { status } = answer;
  if (!parsed.success)
    return new HubFailure('refused', `${what}: the hub refuses (${status}) and does not say why`, { status });
  const { code, message } = parsed.data.error;
  return new HubFailure('refused', `${what}: the hub refuses: ${message}`, { status, reason: code });
}

function usable(address: string, answer: Answer, now: number): Answer {
  const { status } = answer;
  if (status === 401)
    throw new HubFailure(
      'refused',
      `${address} does not accept this device's token: check the clock of this machine, else run \`kerb enroll\` again`,
      { status },
    );
  refuseLater(address, answer, now);
  return answer;
}
