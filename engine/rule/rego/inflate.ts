/** Gzip (RFC 1952) and DEFLATE (RFC 1951), read without a native part, since policies are read where there is none. */
import { Refusal } from './refusal.ts';

/** The content of the first member of a gzip file. Throws a `Refusal` where it is none or longer than `maxBytes`. */
export function gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const [flags, fixed] = [bytes[3] ?? 0, 10];
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) throw new Refusal('it is not gzip');
  let at = fixed;
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  // Name and comment, each to its zero.
  for (const flag of [8, 16]) if ((flags & flag) !== 0) at = bytes.indexOf(0, at) + 1 || bytes.length;
  if ((flags & 2) !== 0) at += 2;
  return inflate(bytes.subarray(at), maxBytes);
}

interface Huffman {
  /** How many codes there are of each length. */
  readonly counts: Uint16Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const read = bitsOf(bytes);
  const out = createOutput(maxBytes);
  for (let isLast = false; !isLast; ) {
    isLast = read.bits(1) === 1;
    const kind = read.bits(2);
    if (kind === 0) out.write(read.stored());
    else if (kind === 1) copyBlock(read, out, huffmanOf(fixedLengths), huffmanOf(new Array(30).fill(5)));
    else if (kind === 2) copyBlock(read, out, ...dynamicCodes(read));
    else throw new Refusal('its compressed data is damaged');
  }
  return out.bytes();
}

const fixedLengths = [
  ...new Array(144).fill(8),
  ...new Array(112).fill(9),
  ...new Array(24).fill(7),
  ...new Array(8).fill(8),
];

function copyBlock(read: Bits, out: Output, literals: Huffman, distances: Huffman): void {
  for (;;) {
    const symbol = symbolOf(read, literals);
    if (symbol === 256) return;
    if (symbol < 256) out.push(symbol);
    else {
      const length = (lengthBases[symbol - 257] ?? 0) + read.bits(lengthBits[symbol - 257] ?? 0);
      const code = symbolOf(read, distances);
      // Two codes share each number of extra bits, from the fifth on.
      const extra = code < 2 ? 0 : (code >> 1) - 1;
      const distance = (code < 2 ? code : (2 + (code & 1)) << extra) + 1 + read.bits(extra);
      out.repeat(distance, length);
    }
  }
}

function dynamicCodes(read: Bits): readonly [Huffman, Huffman] {
  const [literals, distances, lengths] = [read.bits(5) + 257, read.bits(5) + 1, read.bits(4) + 4];
  const ofLengths = new Array<number>(19).fill(0);
  for (const symbol of lengthOrder.slice(0, lengths)) ofLengths[symbol] = read.bits(3);
  const codes = huffmanOf(ofLengths);
  const all: number[] = [];
  while (all.length < literals + distances) {
    const symbol = symbolOf(read, codes);
    if (symbol < 16) all.push(symbol);
    else if (symbol === 16) repeat(all, all.at(-1) ?? 0, 3 + read.bits(2));
    else repeat(all, 0, symbol === 17 ? 3 + read.bits(3) : 11 + read.bits(7));
  }
  return [huffmanOf(all.slice(0, literals)), huffmanOf(all.slice(literals, literals + distances))];
}

function repeat(list: number[], value: number, times: number): void {
  for (let index = 0; index < times; index++) list.push(value);
}

function huffmanOf(lengths: readonly number[]): Huffman {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  const next = new Uint16Array(16);
  for (let length = 1; length < 15; length++) next[length + 1] = next[length]! + counts[length]!;
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) if (length > 0) symbols[next[length]!++] = symbol;
  return { counts, symbols };
}

/** The next symbol: codes of a length are consecutive numbers, and follow those of the length before. */
function symbolOf(read: Bits, { counts, symbols }: Huffman): number {
  let [code, first, index] = [0, 0, 0];
  for (let length = 1; length < 16; length++) {
    code |= read.bits(1);
    const count = counts[length]!;
    if (code - count < first) return symbols[index + (code - first)] ?? 0;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw new Refusal('its compressed data is damaged');
}

type Bits = ReturnType<typeof bitsOf>;

function bitsOf(bytes: Uint8Array) {
  let [at, held, count] = [0, 0, 0];
  return {
    bits(wanted: number): number {
      while (count < wanted) {
        const byte = bytes[at++];
        if (byte === undefined) throw new Refusal('its compressed data breaks off');
        held |= byte << count;
        count += 8;
      }
      const value = held & ((1 << wanted) - 1);
      held >>>= wanted;
      count -= wanted;
      return value;
    },
    /** A block that is not compressed, from the next whole byte on. */
    stored(): Uint8Array {
      [held, count] = [0, 0];
      const length = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
      at += 4;
      if (at + length > bytes.length) throw new Refusal('its compressed data breaks off');
      at += length;
      return bytes.subarray(at - length, at);
    },
  };
}

type Output = ReturnType<typeof createOutput>;

function createOutput(maxBytes: number) {
  let [bytes, length] = [new Uint8Array(Math.min(maxBytes, 65_536)), 0];
  const reserve = (more: number): void => {
    if (length + more > maxBytes) throw new Refusal(`it is larger than ${maxBytes} bytes`);
    if (length + more <= bytes.length) return;
    const larger = new Uint8Array(Math.min(maxBytes, Math.max(length + more, bytes.length * 2)));
    larger.set(bytes.subarray(0, length));
    bytes = larger;
  };
  return {
    push(byte: number): void {
      reserve(1);
      bytes[length++] = byte;
    },
    write(more: Uint8Array): void {
      reserve(more.length);
      bytes.set(more, length);
      length += more.length;
    },
    repeat(distance: number, times: number): void {
      if (distance > length) throw new Refusal('its compressed data is damaged');
      reserve(times);
      for (let index = 0; index < times; index++, length++) bytes[length] = bytes[length - distance]!;
    },
    bytes: () => bytes.subarray(0, length),
  };
}
