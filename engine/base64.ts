/** Base64 as in RFC 4648, section 4. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => alphabet[(group >> shift) & 63]);
    pieces.push(
      digits
        .slice(0, bytes.length - at + 1)
        .join('')
        .padEnd(4, '='),
    );
  }
  return pieces.join('');
}

/** The bytes, or null where the text is not base64. Padding may be left out, line ends may be within. */
export function decodeBase64(text: string): Uint8Array | null {
  const digits = text.replace(/[\r\n]/g, '').replace(/={1,2}$/, '');
  if (/[^A-Za-z0-9+/]/.test(digits) || digits.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let [bits, count, next] = [0, 0, 0];
  for (let at = 0; at < digits.length; at++) {
    bits = ((bits << 6) | digitOf(digits.charCodeAt(at))) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[next++] = (bits >> count) & 0xff;
  }
  return bytes;
}

function digitOf(code: number): number {
  if (code >= 0x61) return code - 0x61 + 26;
  if (code >= 0x41) return code - 0x41;
  if (code >= 0x30) return code - 0x30 + 52;
  return code === 0x2b ? 62 : 63;
}
