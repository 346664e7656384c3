import { decodeBase64 } from '../../base64.ts';
import { decodeUtf8 } from '../../cel/utf8.ts';
import type { Span } from '../../model.ts';

/** A stretch of base64 in a text, and the text that it holds. */
export interface Encoded {
  readonly span: Span;
  readonly text: string;
}

const shortest = 24;
const longest = 100_000;

/** Base64 in the text that decodes to text, one level deep: data of Kubernetes Secrets, encoded configuration. */
export function findEncoded(text: string): readonly Encoded[] {
  const found: Encoded[] = [];
  // Every stretch that is long enough covers one of these places: most of the text is never looked at.
  for (let at = shortest - 1; at < text.length; at += shortest) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let start = at;
    while (start > 0 && isDigit(text.charCodeAt(start - 1))) start--;
    while (at < text.length && isDigit(text.charCodeAt(at))) at++;
    if (at - start < shortest || at - start > longest) continue;
    const end = text.startsWith('==', at) ? at + 2 : text[at] === '=' ? at + 1 : at;
    const decoded = decodeText(text.slice(start, end));
    if (decoded !== null) found.push({ span: { start, end }, text: decoded });
  }
  return found;
}

/** Most stretches of such characters are words, paths or hashes: they decode to bytes that are no text. */
function decodeText(digits: string): string | null {
  const head = decodeBase64(digits.slice(0, shortest));
  if (head === null || !head.every(isTextByte)) return null;
  const bytes = decodeBase64(digits);
  return bytes?.every(isTextByte) ? decodeUtf8(bytes) : null;
}

function isTextByte(byte: number): boolean {
  return (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13;
}

function isDigit(code: number): boolean {
  return code < 128 && digits[code] === 1;
}

const digits: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/]/.test(String.fromCharCode(code)) ? 1 : 0,
);
