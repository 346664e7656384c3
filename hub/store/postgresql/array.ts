/** PostgreSQL's arrays in its binary form: nothing has to be quoted here, and nothing has to be read there. */

/** The numbers of the types in the catalogue `pg_type`. */
const oids = { bytea: 17, int8: 20, text: 25, uuid: 2_950 } as const;

const headerBytes = 20;
const lengthBytes = 4;

/** Texts of UTF-8. */
export function textArray(values: readonly (string | null)[]): Buffer {
  return arrayOf('text', values, { bytes: Buffer.byteLength, write: (into, at, value) => void into.write(value, at) });
}

export function bytesArray(values: readonly Uint8Array[]): Buffer {
  return arrayOf('bytea', values, { bytes: ({ length }) => length, write: (into, at, value) => into.set(value, at) });
}

export function int8Array(values: readonly (number | null)[]): Buffer {
  return arrayOf('int8', values, { bytes: () => 8, write: writeInt8 });
}

export function uuidArray(values: readonly (string | null)[]): Buffer {
  return arrayOf('uuid', values, {
    bytes: () => 16,
    write: (into, at, value) => void into.write(value.replaceAll('-', ''), at, 'hex'),
  });
}

interface Form<Value> {
  readonly bytes: (value: Value) => number;
  readonly write: (into: Buffer, at: number, value: Value) => void;
}

/** As `array_recv` reads it: one dimension from 1, then each value after its length, which is -1 for null. */
function arrayOf<Value>(type: keyof typeof oids, values: readonly (Value | null)[], form: Form<Value>): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : form.bytes(value)));
  const size = lengths.reduce((sum, length) => sum + lengthBytes + Math.max(0, length), headerBytes);
  const into = Buffer.allocUnsafe(size);
  const header = [1, lengths.includes(-1) ? 1 : 0, oids[type], values.length, 1];
  for (const [at, number] of header.entries()) into.writeInt32BE(number, at * 4);
  let at = headerBytes;
  for (const [place, value] of values.entries()) {
    const length = lengths[place]!;
    into.writeInt32BE(length, at);
    at += lengthBytes;
    if (value === null) continue;
    form.write(into, at, value);
    at += length;
  }
  return into;
}

/** A whole number below 2 ** 53. */
function writeInt8(into: Buffer, at: number, value: number): void {
  into.writeInt32BE(Math.floor(value / 2 ** 32), at);
  into.writeUInt32BE(value >>> 0, at + 4);
}
