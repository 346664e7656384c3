/** A value that canonical JSON cannot hold: `message` says which, and where. */
export class CanonicalError extends Error {
  override name = 'CanonicalError';
}

const maxDepth = 200;

/**
 * The one text of a JSON value, as RFC 8785 (JSON Canonicalization Scheme) writes it: no space, keys in the order of their
 * UTF-16 units, numbers and strings as ECMAScript writes them. Equal values give equal text, so that a hash or signature
 * over its UTF-8 can be checked by anybody. Throws `CanonicalError` for what is not I-JSON: a number that is not finite, a
 * lone surrogate, `undefined` and whatever else JSON has no word for.
 */
export function canonicalize(value: unknown): string {
  return write(value, '$', 0);
}

function write(value: unknown, place: string, depth: number): string {
  if (depth > maxDepth) throw new CanonicalError(`${place}: deeper than ${maxDepth} levels`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return writeNumber(value, place);
  if (typeof value === 'string') return writeString(value, place);
  if (Array.isArray(value)) return writeArray(value, place, depth);
  if (typeof value === 'object' && isPlain(value)) return writeObject(value, place, depth);
  throw new CanonicalError(
    `${place}: JSON has no ${typeof value === 'object' ? value.constructor.name : typeof value}`,
  );
}

/** Section 3.2.2.3: ECMAScript's own form, in which minus zero is `0`. */
function writeNumber(value: number, place: string): string {
  if (!Number.isFinite(value)) throw new CanonicalError(`${place}: ${value} is no number of JSON`);
  return String(value);
}

/** Section 3.2.2.2: `JSON.stringify` escapes exactly what has to be, once lone surrogates are out of the way. */
function writeString(value: string, place: string): string {
  if (!value.isWellFormed()) throw new CanonicalError(`${place}: a lone surrogate is no character`);
  return JSON.stringify(value);
}

function writeArray(items: readonly unknown[], place: string, depth: number): string {
  // `map` would leave out the holes of a sparse array.
  return `[${Array.from(items, (item, at) => write(item, `${place}[${at}]`, depth + 1)).join(',')}]`;
}

function writeObject(value: object, place: string, depth: number): string {
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${writeString(key, place)}:${write(item, `${place}.${key}`, depth + 1)}`);
  return `{${members.join(',')}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
