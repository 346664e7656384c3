/** Asking a daemon over its socket: never for longer than is said, and never one that may be somebody else's. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { Address } from '../process/address.ts';
import { standingOfSocket } from '../process/folder.ts';
import {
  accepted,
  type DaemonErrorCode,
  type DaemonStatus,
  daemonError,
  daemonStatus,
  maxAnswerBytes,
} from '../protocol.ts';

export interface Question<T> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly answer: z.ZodType<T>;
  /** From the beginning to the last byte of the answer. */
  readonly timeoutMs: number;
}

export type Reply<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** No daemon listens. */
  | { readonly kind: 'absent' }
  /** What is there may be another user's, and was not spoken to. */
  | { readonly kind: 'foreign'; readonly reason: string }
  /** It answered that it will not. */
  | { readonly kind: 'refused'; readonly code: DaemonErrorCode | 'other'; readonly message: string }
  /** It did not answer in time, or not in a way that can be understood. */
  | { readonly kind: 'silent'; readonly reason: string };

/** Asks, and takes whatever happens as a value. */
export async function ask<T>(address: Address, question: Question<T>): Promise<Reply<T>> {
  const standing = standingOfSocket(address);
  if (standing.kind === 'absent') return standing;
  if (standing.kind === 'foreign') return standing;
  try {
    const { status, text } = await exchange(address, question);
    return understand(status, JSON.parse(text), question.answer);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ECONNREFUSED' || code === 'ENOENT' ? { kind: 'absent' } : { kind: 'silent', reason: message };
  }
}

/** What the daemon says of itself. */
export function askStatus(address: Address, timeoutMs = 2_000): Promise<Reply<DaemonStatus>> {
  return ask(address, { method: 'GET', path: '/v1/status', answer: daemonStatus, timeoutMs });
}

/** Asks the daemon to end; it answers before it does. */
export function askToStop(address: Address, timeoutMs = 2_000): Promise<Reply<{ pid: number }>> {
  return ask(address, { method: 'POST', path: '/v1/stop', answer: accepted, timeoutMs });
}

function understand<T>(status: number, value: unknown, schema: z.ZodType<T>): Reply<T> {
  if (status < 300) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { kind: 'answer', value: parsed.data };
    return { kind: 'silent', reason: 'its answer is not what this version of Kerb understands' };
  }
  const parsed = daemonError.safeParse(value);
  if (!parsed.success) return { kind: 'silent', reason: `it answered ${status} without a reason` };
  const { code, message } = parsed.data.error;
  return { kind: 'refused', code: isKnownCode(code) ? code : 'other', message };
}

const knownCodes: readonly DaemonErrorCode[] = [
  'unknownRequest',
  'badRequest',
  'tooLarge',
  'tooSlow',
  'stopping',
  'fault',
];

function isKnownCode(code: string): code is DaemonErrorCode {
  return (knownCodes as readonly string[]).includes(code);
}

async function exchange({ socket }: Address, question: Question<unknown>): Promise<{ status: number; text: string }> {
  // It takes longer to load than a hook without a daemon may take for it.
  const { request } = await import('node:http');
  const { method, path, body, timeoutMs } = question;
  const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const headers = bytes === null ? {} : { 'Content-Type': 'application/json', 'Content-Length': bytes.length };
    const outgoing = request({ socketPath: socket, method, path, headers, agent: false });
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    outgoing.end(bytes ?? undefined);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Error('its answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
