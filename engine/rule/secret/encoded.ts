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
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue;
    const start = at;
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
  const head = decodeBase64(digits.slice(0, 24));
  if (head === null || !head.every(isTextByte)) return null;
  const bytes = decodeBase64(digits);
  return bytes?.every(isTextByte) ? decodeUtf8(bytes) : null;
}

function isTextByte(byte: number): boolean {
  return (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13;
}

function isDigit(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x2f && code <= 0x39) || code === 0x2b
  );
}
