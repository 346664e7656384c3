/** Asking the hub: HTTP is the truth. The key of the session goes with every request; its cookie goes by itself. */
import { pageKeyHeader } from '../protocol/page.ts';

/** What the hub refused, in its words. */
export class Refusal extends Error {
  override name = 'Refusal';
  /** Of HTTP; 0 where there was no answer. */
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export interface Api {
  /** `path` as the hub's protocol names it, from `/v1/` on. */
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  send<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

const withinMs = 20_000;

export function createApi(pageKey: string | null): Api {
  const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const answer = await reach(addressOf(path), {
      method,
      headers: {
        ...(pageKey === null ? {} : { [pageKeyHeader]: pageKey }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      signal: AbortSignal.timeout(withinMs),
    });
    if (answer.ok) return answer;
    throw new Refusal(answer.status, await messageOf(answer));
  };
  return {
    async get<T>(path: string) {
      return (await (await ask('GET', path)).json()) as T;
    },
    text: async (path) => (await ask('GET', path)).text(),
    async send<T>(method: 'POST' | 'DELETE', path: string, body?: unknown) {
      const answer = await ask(method, path, body);
      return (answer.status === 204 ? undefined : await answer.json()) as T;
    },
  };
}

async function reach(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request);
  } catch (cause) {
    throw new Refusal(0, 'the hub cannot be reached', { cause });
  }
}

/** Below where the page is, whatever that is. */
export function addressOf(path: string): string {
  return new URL(`.${path}`, location.href).href;
}

/** A query of what is given. */
export function queryOf(given: Readonly<Record<string, string | null | undefined>>): string {
  const pairs = Object.entries(given).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

async function messageOf(answer: Response): Promise<string> {
  try {
    const { error } = (await answer.json()) as { readonly error: { readonly message: string } };
    return error.message;
  } catch {
    return `the hub answers ${answer.status}`;
  }
}
