/** WebAssembly's binary format, as far as a module is read and written anew: sections, numbers, names, instructions. */
import { decodeUtf8 } from '../../cel/utf8.ts';
import { Refusal } from './refusal.ts';

/** Reads bytes from the front. Beyond the end it throws a `Refusal`. */
export interface Reader {
  /** Where it stands. */
  at(): number;
  isAtEnd(): boolean;
  byte(): number;
  /** An unsigned LEB128 number of at most 32 bits. */
  number(): number;
  skip(bytes: number): void;
  /** Goes past a LEB128 number of up to 64 bits. */
  skipNumber(): void;
  name(): string;
  /** The next bytes, as they are. */
  take(bytes: number): Uint8Array;
}

export function createReader(bytes: Uint8Array): Reader {
  let at = 0;
  const skip = (count: number): void => {
    at += count;
    if (at > bytes.length) throw new Refusal('the module breaks off');
  };
  const byte = (): number => {
    skip(1);
    return bytes[at - 1]!;
  };
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = byte();
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80 && value < 2 ** 32) return value;
    }
    throw new Refusal('the module holds a number that is too large');
  };
  const take = (count: number): Uint8Array => {
    skip(count);
    return bytes.subarray(at - count, at);
  };
  return {
    at: () => at,
    isAtEnd: () => at === bytes.length,
    byte,
    number,
    skip,
    skipNumber() {
      for (let length = 1; byte() >= 0x80; length++)
        if (length === 10) throw new Refusal('the module holds a number that is too long');
    },
    name: () => decodeUtf8(take(number())) ?? '',
    take,
  };
}

/** An unsigned LEB128 number. */
export function unsigned(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

/** A signed LEB128 number that is not negative. */
export function signed(value: number): readonly number[] {
  const bytes = [...unsigned(value)];
  const last = bytes.length - 1;
  // The sixth bit of the last byte is the sign.
  return bytes[last]! < 0x40 ? bytes : [...bytes.slice(0, last), bytes[last]! | 0x80, 0];
}

/** What is in a section, by its number. Custom sections (names, producers) say nothing that is run, and are left out. */
export function sectionsOf(module: Uint8Array): readonly { readonly id: number; readonly content: Uint8Array }[] {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  if (!header.every((byte, index) => module[index] === byte)) throw new Refusal('policy.wasm is no WebAssembly');
  const reader = createReader(module.subarray(header.length));
  const sections: { id: number; content: Uint8Array }[] = [];
  while (!reader.isAtEnd()) {
    const id = reader.byte();
    const content = reader.take(reader.number());
    if (id !== 0) sections.push({ id, content });
  }
  return sections;
}

/** A module of these sections. */
export function moduleOf(sections: readonly { readonly id: number; readonly content: Uint8Array }[]): Uint8Array {
  return joined([
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...sections.flatMap(({ id, content }) => [[id, ...unsigned(content.length)], content]),
  ]);
}

export function joined(pieces: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** i32, i64, f32, f64. */
export function isNumberType(type: number): boolean {
  return type >= 0x7c && type <= 0x7f;
}

/** Goes past what follows an instruction's code. What is beyond WebAssembly's first version with signs extended is refused. */
export function skipImmediates(code: number, reader: Reader): void {
  skips[code]?.(reader);
}

type Skip = (reader: Reader) => void;

const none: Skip = () => {};
const number: Skip = (reader) => reader.skipNumber();
const twoNumbers: Skip = (reader) => {
  reader.skipNumber();
  reader.skipNumber();
};
/** Only the index of a type and the types of numbers: those of references are longer, and would put all that follows out of step. */
const blockType: Skip = (reader) => {
  const first = reader.byte();
  let last = first;
  while (last >= 0x80) last = reader.byte();
  if (last >= 0x40 && !(first === 0x40 || isNumberType(first))) unknown(reader);
};
/** An alignment says with its seventh bit that the number of a memory follows. */
const access: Skip = (reader) => {
  if (reader.number() >= 0x40) unknown(reader);
  reader.skipNumber();
};
const targets: Skip = (reader) => {
  for (let left = reader.number(); left >= 0; left--) reader.skipNumber();
};
const saturating: Skip = (reader) => {
  if (reader.number() > 7) unknown(reader);
};
const unknown: Skip = () => {
  throw new Refusal('the module uses instructions that cannot be metered');
};

/** What follows codes, by ranges: the first of each range, and what holds up to the next. */
const ranges: readonly (readonly [first: number, skip: Skip])[] = [
  [0x00, none], // unreachable, nop
  [0x02, blockType], // block, loop, if: their type
  [0x05, none], // else
  [0x06, unknown],
  [0x0b, none], // end
  [0x0c, number], // br, br_if
  [0x0e, targets], // br_table
  [0x0f, none], // return
  [0x10, number], // call
  [0x11, twoNumbers], // call_indirect
  [0x12, unknown],
  [0x1a, none], // drop, select
  [0x1c, unknown],
  [0x20, number], // locals and globals
  [0x25, unknown],
  [0x28, access], // loads and stores
  [0x3f, number], // memory.size, memory.grow, i32.const, i64.const
  [0x43, (reader) => reader.skip(4)], // f32.const
  [0x44, (reader) => reader.skip(8)], // f64.const
  [0x45, none], // comparing, calculating, converting
  [0xc5, unknown],
  [0xfc, saturating],
  [0xfd, unknown],
];

const skips = Array.from({ length: 256 }, (_, code) => ranges.findLast(([first]) => first <= code)?.[1] ?? unknown);
