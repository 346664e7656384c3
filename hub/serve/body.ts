/** Reading bodies: bounded before and after decompression, JSON or a form. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const inflate = promisify(gunzip);

export type BodyReading =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415; readonly message: string };

export async function readBody(
  raw: Buffer,
  how: { readonly encoding: string | undefined; readonly form: 'json' | 'urlencoded'; readonly maxBytes: number },
): Promise<BodyReading> {
  if (how.encoding !== undefined && how.encoding !== 'gzip' && how.encoding !== 'identity') {
    return { kind: 'refused', status: 415, message: 'the body may be sent as it is or with content-encoding gzip' };
  }
  const plain = how.encoding === 'gzip' ? await unzip(raw, how.maxBytes) : raw;
  if (plain === null) return { kind: 'refused', status: 400, message: 'the body is not gzip, or too long' };
  if (plain.length > how.maxBytes) {
    return { kind: 'refused', status: 413, message: `the body is longer than ${how.maxBytes} bytes` };
  }
  const content = plain.toString('utf8');
  if (how.form === 'urlencoded') return { kind: 'read', value: Object.fromEntries(new URLSearchParams(content)) };
  try {
    return { kind: 'read', value: JSON.parse(content) };
  } catch {
    return { kind: 'refused', status: 400, message: 'the body is not JSON' };
  }
}

/** Null for what is no gzip, and for a bomb. */
async function unzip(raw: Buffer, maxOutputLength: number): Promise<Buffer | null> {
  try {
    return await inflate(raw, { maxOutputLength });
  } catch {
    return null;
  }
}
