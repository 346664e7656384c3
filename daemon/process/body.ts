/** Reading what a client sends: no more than is allowed. How long it may take is the connection's matter. */
import type { IncomingMessage } from 'node:http';
import { maxRequestBytes } from '../protocol.ts';
import { Refusal } from './answer.ts';

/** The body as text. Throws `Refusal` where it is too large, not UTF-8, or breaks off. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // What is too large is read to its end and dropped: a client that is still writing would not read an answer.
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= maxRequestBytes) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch {
    throw new Refusal(400, 'badRequest', 'the request broke off');
  }
  if (size > maxRequestBytes)
    throw new Refusal(
      413,
      'tooLarge',
      `the body is larger than ${maxRequestBytes / 1024 / 1024} MiB: ask for less at once`,
    );
  return decode(Buffer.concat(chunks));
}

/** A body as JSON. Throws `Refusal`. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(400, 'badRequest', 'the body is not JSON');
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, 'badRequest', 'the body is not UTF-8');
  }
}
