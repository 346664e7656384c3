/**
 * A route is data: what it takes, who may ask, what it answers, and the one function that does it. From the list of routes
 * come the server, its OpenAPI description, and the test that asks each of them as everyone.
 */
import type { z } from 'zod';
import type { Hub } from '../hub.ts';
import type { Caller } from '../identity/authenticate.ts';
import type { Permission } from '../identity/role.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `:name` for what `params` reads, and `*` for the rest. */
  readonly path: string;
  readonly summary: string;
  /** `public`: without any credential. */
  readonly permission: Permission | 'public';
  /**
   * What of a public route counts as a stranger's. Default: every request. `refusals`: those that were refused, where a request
   * carries its own proof of who asks; behind a proxy all strangers are one, and must not shut out those who are none.
   */
  readonly counted?: 'refusals';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** What the body is where the route reads it itself, from its bytes. */
  readonly unread?: z.ZodType;
  /** What the body is written in. Default: JSON. */
  readonly form?: 'json' | 'urlencoded';
  /** Whether texts with a NUL character are taken: where what is refused would be sent again and again, and nothing after it. */
  readonly takesNul?: true;
  /** In bytes, after decompression. Default: 64 KiB. */
  readonly maxBody?: number;
  readonly success: Success;
  readonly run: (call: Call) => Promise<Answer>;
}

export interface Success {
  readonly status: 200 | 201 | 204;
  readonly description: string;
  /** A schema: JSON. Else a media type. */
  readonly content:
    | z.ZodType
    | 'text/plain'
    | 'application/x-ndjson'
    | 'application/octet-stream'
    | 'application/gzip'
    | null;
  /** What the query may ask for instead. */
  readonly others?: readonly ('text/csv' | 'application/x-ndjson')[];
}

/** A request after it was read, checked and allowed. */
export interface Call {
  readonly hub: Hub;
  /** Null on public routes. */
  readonly caller: Caller | null;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Of a body that the route reads itself; else none. */
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly method: string;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
}

type Read<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Who<P extends Permission | 'public'> = P extends 'public' ? null : Caller;

/** Types a route's function by its own schemas. */
export function route<
  P extends Permission | 'public',
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  definition: Omit<Route, 'run' | 'permission' | 'params' | 'query' | 'body'> & {
    readonly permission: P;
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly run: (
      call: Omit<Call, 'caller' | 'params' | 'query' | 'body'> & {
        readonly caller: Who<P>;
        readonly params: Read<Params>;
        readonly query: Read<Query>;
        readonly body: Read<Body>;
      },
    ) => Promise<Answer>;
  },
): Route {
  return definition as unknown as Route;
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body), headers };
}

export function text(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, type: 'text/plain; charset=utf-8', body, headers };
}

/** A text in a form of its own. */
export function textAs(
  type: NonNullable<Success['others']>[number],
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status: 200, type: `${type}; charset=utf-8`, body, headers };
}

export function bytes(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, type: 'application/octet-stream', body, headers };
}

/** A refusal in the form that every client knows. */
export function refuse(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { error: { code, message } }, headers);
}

export function notFound(what: string): Answer {
  return refuse(404, 'notFound', `there is no ${what}`);
}

/** What never changes may be kept for as long as anybody likes. */
export const immutable = { 'cache-control': 'private, max-age=31536000, immutable' } as const;
