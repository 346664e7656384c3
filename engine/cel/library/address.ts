/** IP addresses and networks as plain data: reading and writing them (RFC 4291, RFC 5952). */

export interface Address {
  readonly family: 4 | 6;
  /** 32 or 128 bits. */
  readonly bits: bigint;
}

/**
 * Reads an address as Kubernetes does: no leading zeros in IPv4, no zone, no IPv4 mapped into IPv6. Null for anything
 * else.
 */
export function readAddress(text: string): Address | null {
  if (text.length > 45) return null;
  if (!text.includes(':')) {
    const bits = readFour(text);
    return bits === null ? null : { family: 4, bits };
  }
  const bits = readSix(text);
  return bits === null || bits >> 32n === 0xffffn ? null : { family: 6, bits };
}

/** In canonical form: IPv6 in lower case with the longest run of zeros left out. */
export function formatAddress({ family, bits }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => Number((bits >> BigInt(112 - 16 * index)) & 0xffffn));
  const run = longestZeros(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return run.length < 2 ? hex(0, 8) : `${hex(0, run.start)}::${hex(run.start + run.length, 8)}`;
}

function readFour(text: string): bigint | null {
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text)) return null;
  const bytes = text.split('.').map(Number);
  return bytes.some((byte) => byte > 255) ? null : bytes.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}

function readSix(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [left, right] = halves.map(readGroups);
  if (!left || right === null) return null;
  const given = left.length + (right?.length ?? 0);
  if (right === undefined ? given !== 8 : given > 7) return null;
  const zeros = Array.from({ length: 8 - given }, () => 0);
  return [...left, ...zeros, ...(right ?? [])].reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

/** Groups of a half; the last may be an IPv4 address, which is two. */
function readGroups(text: string): readonly number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1)!;
  const four = last.includes('.') ? readFour(last) : null;
  if (last.includes('.') && four === null) return null;
  const hex = four === null ? parts : parts.slice(0, -1);
  if (!hex.every((part) => /^[0-9A-Fa-f]{1,4}$/.test(part))) return null;
  const groups = hex.map((part) => Number.parseInt(part, 16));
  return four === null ? groups : [...groups, Number(four >> 16n), Number(four & 0xffffn)];
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
