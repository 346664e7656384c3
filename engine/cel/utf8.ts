/** UTF-8 for bytes values; the engine has no TextEncoder. */

/** Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at)!;
    if (point < 0x80) bytes[length++] = point;
    else {
      for (const byte of sequenceOf(point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)) bytes[length++] = byte;
      if (point > 0xffff) at++;
    }
  }
  return bytes.slice(0, length);
}

/** The text of well-formed UTF-8, or null. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] ?? 0);
    const point = readCodePoint(bytes, at, length);
    if (point === null) return null;
    pieces.push(String.fromCodePoint(point));
    at += length;
  }
  return pieces.join('');
}

function sequenceOf(point: number): readonly number[] {
  if (point < 0x800) return [0xc0 | (point >> 6), tail(point, 0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(point, 6), tail(point, 0)];
  return [0xf0 | (point >> 18), tail(point, 12), tail(point, 6), tail(point, 0)];
}

function tail(point: number, shift: number): number {
  return 0x80 | ((point >> shift) & 0x3f);
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

const least = [0, 0, 0x80, 0x800, 0x10000];

function readCodePoint(bytes: Uint8Array, at: number, length: number): number | null {
  if (length === 0 || at + length > bytes.length) return null;
  let point = (bytes[at] ?? 0) & (length === 1 ? 0x7f : 0xff >> (length + 1));
  for (let next = at + 1; next < at + length; next++) {
    const byte = bytes[next] ?? 0;
    if ((byte & 0xc0) !== 0x80) return null;
    point = (point << 6) | (byte & 0x3f);
  }
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < (least[length] ?? 0) || point > 0x10ffff || surrogate ? null : point;
}
