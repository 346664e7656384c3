/** One HTTP exchange with the hub, bounded in size and time; redirects are refused, since a hub does not move by itself. */
import { readJson } from '../../engine/index.ts';

/** What the outside world is: values, so that tests can bring their own. */
export interface Network {
  readonly fetch: typeof fetch;
  /** A signal that aborts after so many milliseconds. */
  readonly deadline: (ms: number) => AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export const systemNetwork: Network = {
  fetch: (...args) => fetch(...args),
  deadline: (ms) => AbortSignal.timeout(ms),
  now: Date.now,
};

export type FailureCode =
  /** No connection, or one that broke. */
  | 'unreachable'
  | 'slow'
  | 'oversized'
  | 'redirected'
  /** 5xx: it may work later. */
  | 'failing'
  /** 429: it asks to be left alone for a while. */
  | 'busy'
  /** What answers does not speak the protocol. */
  | 'garbage'
  /** 4xx, with the hub's own code and words. */
  | 'refused';

interface FailureDetails {
  readonly status?: number | null;
  readonly reason?: string | null;
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

/** Why the hub gave no usable answer. The gates go on with what they have. */
export class HubFailure extends Error {
  override name = 'HubFailure';
  readonly code: FailureCode;
  /** The HTTP status, where there was one. */
  readonly status: number | null;
  /** The hub's code of a refusal (`deviceRevoked`); null otherwise. */
  readonly reason: string | null;
  /** How long the hub asks to wait; null where it does not say. Whoever heeds it sets a bound. */
  readonly retryAfterMs: number | null;

  constructor(code: FailureCode, message: string, { status, reason, retryAfterMs, cause }: FailureDetails = {}) {
    super(message, { cause });
    this.code = code;
    this.status = status ?? null;
    this.reason = reason ?? null;
    this.retryAfterMs = retryAfterMs ?? null;
  }
}

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes: number;
  readonly withinMs: number;
  /** Ends the exchange early. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

const maxRefusalBytes = 64_000;

/** Sends and reads. Any status is an answer, but for redirects; throws `HubFailure`. */
export async function exchange({ fetch, deadline }: Network, request: Exchange): Promise<Answer> {
  const { method, url, headers, body, maxBytes, withinMs } = request;
  const late = deadline(withinMs);
  const signal = request.signal === undefined ? late : AbortSignal.any([late, request.signal]);
  try {
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    if (
      (response.status >= 300 && response.status < 400 && response.status !== 304) ||
      response.type === 'opaqueredirect'
    )
      throw redirected(url, response);
    // A refusal is as long as its words, whatever was asked for.
    const most = response.ok ? maxBytes : Math.max(maxBytes, maxRefusalBytes);
    return {
      status: response.status,
      headers: response.headers,
      body: await readBody(response, { url, maxBytes: most }),
    };
  } catch (error) {
    if (error instanceof HubFailure) throw error;
    throw late.aborted ? slow(url, withinMs, error) : broken(url, error);
  }
}

/** Throws `HubFailure` where an answer says that it may work later. `now`: milliseconds since 1970. */
export function refuseLater(address: string, { status, headers }: Answer, now: number): void {
  if (status !== 429 && status < 500) return;
  const retryAfterMs = retryAfterIn(headers, now);
  throw status === 429
    ? new HubFailure('busy', `${address} asks to be asked less often (429): it is tried again`, {
        status,
        retryAfterMs,
      })
    : new HubFailure('failing', `${address} fails (${status}): it is tried again`, { status, retryAfterMs });
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfterIn(headers: Headers, now: number): number | null {
  const text = headers.get('retry-after') ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** The body as JSON; undefined where it is none. */
export function jsonOf({ body }: Answer): unknown {
  return readJson(body.toString('utf8'));
}

async function readBody(
  response: Response,
  { url, maxBytes }: { readonly url: string; readonly maxBytes: number },
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.byteLength;
    if (length > maxBytes)
      throw new HubFailure('oversized', `${url} answers with more than ${maxBytes} bytes: that is not the hub`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function redirected(url: string, response: Response): HubFailure {
  void response.body?.cancel();
  const to = response.headers.get('location');
  return new HubFailure(
    'redirected',
    `${url} sends on to ${to === null ? 'somewhere else' : JSON.stringify(to.slice(0, 200))}, and Kerb does not follow: if the hub has moved, run \`kerb enroll\` with its new address`,
    { status: response.status },
  );
}

function slow(url: string, withinMs: number, cause: unknown): HubFailure {
  return new HubFailure('slow', `${url} did not answer within ${Math.round(withinMs / 1000)} s: it is tried again`, {
    cause,
  });
}

function broken(url: string, cause: unknown): HubFailure {
  const code = causeOf(cause);
  const protocol = /^(?:HPE_|HTTPParserError|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT|ERR_INVALID_HTTP|Z_)/.test(
    code,
  );
  if (certificate.test(code))
    return new HubFailure(
      'unreachable',
      `${url} shows a certificate that is not believed here (${code}). Where it is of your organisation's own authority, NODE_EXTRA_CA_CERTS names that one's file, for what starts the daemon too, and NODE_USE_SYSTEM_CA=1 believes what this machine does`,
      { cause },
    );
  return protocol
    ? new HubFailure('garbage', `${url} answers, but not as a hub does (${code}): check the address`, { cause })
    : new HubFailure('unreachable', `${url} cannot be reached (${code}): it is tried again`, { cause });
}

/** OpenSSL's words for chains, and Node's for names. */
const certificate =
  /^(?:CERT_|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_)|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA)/;

/** The innermost reason, by its code or its name: `ECONNREFUSED`, `UND_ERR_SOCKET`, `HTTPParserError` … */
function causeOf(error: unknown): string {
  let reason = 'unknown';
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    reason = 'code' in at && typeof at.code === 'string' ? at.code : at.name;
  return reason;
}
