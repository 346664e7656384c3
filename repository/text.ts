/** Bytes to text and back, so that a rewritten file keeps the encoding that it had. */
import { isUtf8 } from 'node:buffer';

/** How a file's bytes say its text. The byte order mark is never part of the text: editors do not count it either. */
export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be';

export type Decoded =
  | { readonly kind: 'text'; readonly text: string; readonly encoding: Encoding }
  /** Not meant to be read by people: an image, an archive. Nothing can be said about it. */
  | { readonly kind: 'binary' }
  /** Meant as text, but it cannot be told what it says. */
  | { readonly kind: 'problem'; readonly message: string };

/**
 * The text that the bytes are, if they are one: UTF-8, or UTF-16 where a byte order mark says so.
 * A NUL makes text unreadable for most tools that act on it, so it is never quietly judged as if it were not there.
 */
export function decodeText(bytes: Buffer): Decoded {
  const { encoding, markBytes } = encodingOf(bytes);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return decodeUtf16(bytes.subarray(markBytes), encoding);
  const body = bytes.subarray(markBytes);
  if (!isUtf8(body)) {
    return hasControlBytes(body) ? { kind: 'binary' } : problem('is neither UTF-8 nor UTF-16 with a byte order mark');
  }
  if (body.includes(0)) return { kind: 'binary' };
  return { kind: 'text', text: body.toString('utf8'), encoding };
}

/** The bytes of a text in an encoding, with the byte order mark that the encoding has. */
export function encodeText(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  if (encoding === 'utf-8-bom') return Buffer.from(`\uFEFF${text}`, 'utf8');
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'utf-16le' ? bytes : bytes.swap16();
}

function encodingOf(bytes: Buffer): { encoding: Encoding; markBytes: number } {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8-bom', markBytes: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', markBytes: 2 };
  return { encoding: 'utf-8', markBytes: 0 };
}

function decodeUtf16(body: Buffer, encoding: 'utf-16le' | 'utf-16be'): Decoded {
  if (body.length % 2 !== 0) return problem('is cut off in the middle of a UTF-16 character');
  const text = (encoding === 'utf-16le' ? body : Buffer.from(body).swap16()).toString('utf16le');
  if (text.includes('\0')) return { kind: 'binary' };
  return text.isWellFormed() ? { kind: 'text', text, encoding } : problem('holds half of a UTF-16 surrogate pair');
}

/** Control bytes other than white space and escape: text in an old eight-bit encoding has none. */
function hasControlBytes(body: Buffer): boolean {
  return body.some((byte) => byte < 0x20 && !(byte >= 0x07 && byte <= 0x0d) && byte !== 0x1b);
}

function problem(message: string): Decoded {
  return { kind: 'problem', message };
}
