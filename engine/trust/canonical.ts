/** A value that canonical JSON cannot hold: `message` says which, and where. */
export class CanonicalError extends Error {
  override name = 'CanonicalError';
}

const maxDepth = 200;

/** Where the writer is: keys and places from the root. One array for the whole, since this runs for every decision. */
type Path = (string | number)[];

/**
 * The one text of a JSON value, as RFC 8785 (JSON Canonicalization Scheme) writes it: no space, keys in the order of their
 * UTF-16 units, numbers and strings as ECMAScript writes them. Equal values give equal text, so that a hash or signature
 * over its UTF-8 can be checked by anybody. Throws `CanonicalError` for what is not I-JSON: a number that is not finite, a
 * lone surrogate, `undefined` and whatever else JSON has no word for.
 */
export function canonicalize(value: unknown): string {
  return isInOrder(value, maxDepth) ? JSON.stringify(value) : write(value, []);
}

/** Whether `JSON.stringify`, which is several times as fast, writes the same: nothing to refuse, and every key in its place. */
function isInOrder(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value !== 'object' || depth === 0) return false;
  if (Array.isArray(value)) return areInOrder(value, depth - 1);
  return Object.getPrototypeOf(value) === Object.prototype && hasKeysInOrder(value, depth - 1);
}

function areInOrder(items: readonly unknown[], depth: number): boolean {
  // By number, since a sparse array's holes count too.
  for (let at = 0; at < items.length; at++) if (!isInOrder(items[at], depth)) return false;
  return true;
}

function hasKeysInOrder(value: object, depth: number): boolean {
  let before: string | null = null;
  for (const [key, member] of Object.entries(value)) {
    if ((before !== null && key < before) || !key.isWellFormed() || !isInOrder(member, depth)) return false;
    before = key;
  }
  return true;
}

function write(value: unknown, path: Path): string {
  if (typeof value === 'string') return writeString(value, path);
  if (typeof value === 'number') return writeNumber(value, path);
  if (value === null || typeof value === 'boolean') return String(value);
  if (path.length > maxDepth) throw new CanonicalError(`${placeOf(path)}: deeper than ${maxDepth} levels`);
  if (Array.isArray(value)) return writeArray(value, path);
  if (typeof value === 'object' && isPlain(value)) return writeObject(value, path);
  const kind = typeof value === 'object' ? value.constructor.name : typeof value;
  throw new CanonicalError(`${placeOf(path)}: JSON has no ${kind}`);
}

/** Section 3.2.2.3: ECMAScript's own form, in which minus zero is `0`. */
function writeNumber(value: number, path: Path): string {
  if (!Number.isFinite(value)) throw new CanonicalError(`${placeOf(path)}: ${value} is no number of JSON`);
  return String(value);
}

/** Section 3.2.2.2: `JSON.stringify` escapes exactly what has to be, once lone surrogates are out of the way. */
function writeString(value: string, path: Path): string {
  if (!value.isWellFormed()) throw new CanonicalError(`${placeOf(path)}: a lone surrogate is no character`);
  return JSON.stringify(value);
}

function writeArray(items: readonly unknown[], path: Path): string {
  let text = '';
  // By number, since a sparse array's holes count too.
  for (let at = 0; at < items.length; at++) text += `${at === 0 ? '' : ','}${within(path, at, items[at])}`;
  return `[${text}]`;
}

function writeObject(value: object, path: Path): string {
  let text = '';
  const members = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(members).sort()) {
    text += `${text === '' ? '' : ','}${writeString(key, path)}:${within(path, key, members[key])}`;
  }
  return `{${text}}`;
}

function within(path: Path, step: string | number, value: unknown): string {
  path.push(step);
  const text = write(value, path);
  path.pop();
  return text;
}

function placeOf(path: Path): string {
  return `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
