/** Reading bodies: bounded before and after decompression, JSON or a form, or left as they are to who knows better. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readJson } from '../../engine/index.ts';

const inflate = promisify(gunzip);

export type BodyReading =
  /** `bytes` where it was not read any further. */
  | { readonly kind: 'read'; readonly value: unknown; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415; readonly message: string };

const none = Buffer.alloc(0);
export const noBody: BodyReading = { kind: 'read', value: undefined, bytes: none };

export interface BodyForm {
  readonly encoding: string | undefined;
  readonly form: 'json' | 'urlencoded' | 'unread';
  readonly maxBytes: number;
}

export async function readBody(raw: Buffer, how: BodyForm): Promise<BodyReading> {
  if (how.encoding !== undefined && how.encoding !== 'gzip' && how.encoding !== 'identity') {
    return { kind: 'refused', status: 415, message: 'the body may be sent as it is or with content-encoding gzip' };
  }
  const plain = how.encoding === 'gzip' ? await unzip(raw, how.maxBytes) : raw;
  if (plain === null) return { kind: 'refused', status: 400, message: 'the body is not gzip, or too long' };
  if (plain.length > how.maxBytes) {
    return { kind: 'refused', status: 413, message: `the body is longer than ${how.maxBytes} bytes` };
  }
  if (how.form === 'unread') return { kind: 'read', value: undefined, bytes: plain };
  const content = plain.toString('utf8');
  if (how.form === 'urlencoded') return read(Object.fromEntries(new URLSearchParams(content)));
  const value = readJson(content);
  return value === undefined ? { kind: 'refused', status: 400, message: 'the body is not JSON' } : read(value);
}

function read(value: unknown): BodyReading {
  return { kind: 'read', value, bytes: none };
}

/** Null for what is no gzip, and for a bomb. */
async function unzip(raw: Buffer, maxOutputLength: number): Promise<Buffer | null> {
  try {
    return await inflate(raw, { maxOutputLength });
  } catch {
    return null;
  }
}
