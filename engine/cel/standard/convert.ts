/** Conversions between types: `int('1')`, `string(1.5)`, `bool('true')`. Messages never quote the value. */
import {
  formatDuration,
  formatTimestamp,
  modulo,
  parseDuration,
  parseTimestamp,
  second,
  timestampOf,
} from '../time.ts';
import { decodeUtf8, encodeUtf8 } from '../utf8.ts';
import {
  Bytes,
  type CelError,
  type CelValue,
  celError,
  Duration,
  double,
  doubleOf,
  type Int,
  int,
  isDouble,
  isInt,
  Opaque,
  type Result,
  Timestamp,
  Uint,
  uint,
} from '../value.ts';

export function toInt(value: CelValue): Result {
  if (isInt(value)) return value;
  if (value instanceof Uint) return int(value.value);
  if (value instanceof Timestamp) return int((value.nanoseconds - modulo(value.nanoseconds, second)) / second);
  if (typeof value === 'string')
    return /^[+-]?\d{1,30}$/.test(value) ? int(BigInt(value.replace('+', ''))) : cannot('int');
  return isDouble(value) ? truncate(doubleOf(value), { above: -(2 ** 63), below: 2 ** 63, make: int }) : cannot('int');
}

export function toUint(value: CelValue): Result {
  if (value instanceof Uint) return value;
  if (isInt(value)) return uint(value);
  if (typeof value === 'string') return /^\d{1,30}$/.test(value) ? uint(BigInt(value)) : cannot('uint');
  return isDouble(value) ? truncate(doubleOf(value), { above: -1, below: 2 ** 64, make: uint }) : cannot('uint');
}

interface Range {
  /** Both exclusive. */
  readonly above: number;
  readonly below: number;
  readonly make: (value: Int) => Result;
}

function truncate(value: number, { above, below, make }: Range): Result {
  return value > above && value < below ? make(BigInt(Math.trunc(value))) : celError('the number is out of range');
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const special: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
]);

export function toDouble(value: CelValue): Result {
  if (isDouble(value)) return value;
  if (isInt(value)) return double(Number(value));
  if (value instanceof Uint) return double(Number(value.value));
  if (typeof value !== 'string') return cannot('double');
  if (value.length <= 1000 && decimal.test(value)) {
    const read = Number(value);
    return Number.isFinite(read) ? double(read) : celError('the number is out of range');
  }
  const named = special.get(value.toLowerCase().replace(/^[+-]/, ''));
  return named === undefined ? cannot('double') : value.startsWith('-') ? -named : named;
}

export function toText(value: CelValue): Result {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || isInt(value)) return String(value);
  if (isDouble(value)) return formatDouble(doubleOf(value));
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Opaque) return value.toString();
  return value instanceof Bytes
    ? (decodeUtf8(value.value) ?? celError('the bytes are no valid UTF-8'))
    : cannot('string');
}

/** The shortest decimal that reads back as the same double: `0.5`, `1e+06`. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (Object.is(value, -0)) return '-0';
  if (exponent >= -4 && exponent < 21) return String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

export function toBytes(value: CelValue): Result {
  if (value instanceof Bytes) return value;
  return typeof value === 'string' ? new Bytes(encodeUtf8(value)) : cannot('bytes');
}

const booleans: ReadonlyMap<CelValue, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

export function toBool(value: CelValue): Result {
  return typeof value === 'boolean' ? value : (booleans.get(value) ?? cannot('bool'));
}

export function toTimestamp(value: CelValue): Result {
  if (value instanceof Timestamp) return value;
  if (isInt(value)) return timestampOf(BigInt(value) * second);
  return typeof value === 'string' ? parseTimestamp(value) : cannot('timestamp');
}

export function toDuration(value: CelValue): Result {
  if (value instanceof Duration) return value;
  if (isInt(value)) return new Duration(BigInt(value));
  return typeof value === 'string' ? parseDuration(value) : cannot('duration');
}

function cannot(type: string): CelError {
  return celError(`the value cannot be converted to ${type}`);
}
