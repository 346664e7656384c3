/** `format` of CEL's strings extension: https://github.com/google/cel-spec/blob/master/doc/extensions/strings.md */
import { Unknown } from '../../model.ts';
import type { FunctionDeclaration } from '../function.ts';
import { mapEntries } from '../map.ts';
import { dyn, list, string } from '../type.ts';
import { decodeUtf8, encodeUtf8 } from '../utf8.ts';
import {
  Bytes,
  CelError,
  type CelValue,
  celError,
  Double,
  Duration,
  doubleOf,
  isDouble,
  isInt,
  isList,
  isMap,
  type ListValue,
  type Result,
  Timestamp,
  TypeValue,
  Uint,
} from '../value.ts';
import { method, textCost } from './declare.ts';
import { formatDuration, formatFixed, formatScientific, formatTimestamp, shortestDouble } from './numerals.ts';

export const formatFunction: FunctionDeclaration = method('format', {
  parameters: [string, list(dyn)],
  result: string,
  cost: (text: string, args: ListValue) => textCost(text) + args.length,
  call: format,
});

const longestResult = 1 << 20;
const mostDigits = 1000;

function format(text: string, args: ListValue): Result {
  const pieces: string[] = [];
  let next = 0;
  let length = 0;
  for (const [clause, literal, precision, verb] of text.matchAll(/([^%]+)|%(?:\.(\d+))?([\s\S]?)/gu)) {
    const piece = literal ?? (clause === '%%' ? '%' : formatArgument(verb ?? '', precision, args, next++));
    if (piece instanceof CelError) return piece;
    pieces.push(piece);
    length += piece.length;
    if (length > longestResult) return celError(`the result is longer than ${longestResult} characters`);
  }
  return pieces.join('');
}

function formatArgument(verb: string, precision: string | undefined, args: ListValue, at: number): string | CelError {
  const formatter = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (formatter === undefined) {
    return celError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
  if (at >= args.length) return celError(`index ${at} out of range`);
  const digits = Number(precision ?? 6);
  if (digits > mostDigits) return celError(`could not parse formatting clause: more than ${mostDigits} digits`);
  return formatter(args[at] as CelValue, digits);
}

const verbs: Readonly<Record<string, (value: CelValue, digits: number) => string | CelError>> = {
  s: (value) => formatString(value, 0),
  d: formatDecimal,
  f: (value, digits) => formatFloat(value, digits, 'fixed-point', formatFixed),
  e: (value, digits) => formatFloat(value, digits, 'scientific', formatScientific),
  b: formatBinary,
  o: (value) => radix(value, 8) ?? wrong('octal clause can only be used on integers', value),
  x: formatHex,
  X: (value) => {
    const hex = formatHex(value);
    return typeof hex === 'string' ? hex.toUpperCase() : hex;
  },
};

/** Values nest as deep as documents do, which is bounded; this guards against what an expression builds. */
const deepest = 100;

/** A value as `%s` writes it; an error for what has no such form. */
function formatString(value: CelValue, depth: number): string | CelError {
  if (depth > deepest) return celError('error during formatting: the value is nested too deeply');
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'boolean' || isInt(value)) return String(value);
  if (isDouble(value)) return shortestDouble(doubleOf(value));
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Bytes)
    return decodeUtf8(value.value) ?? celError('error during formatting: bytes are not UTF-8');
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Timestamp) return formatTimestamp(value.nanoseconds);
  if (value instanceof Duration) return formatDuration(value.nanoseconds);
  if (isList(value)) return formatItems(value, depth);
  return isMap(value) ? formatMap(mapEntries(value), depth) : wrong(stringClause, value);
}

const stringClause =
  'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps';

function formatItems(items: ListValue, depth: number): string | CelError {
  const pieces: string[] = [];
  for (const item of items) {
    const piece = formatString(item, depth + 1);
    if (piece instanceof CelError) return piece;
    pieces.push(piece);
  }
  return `[${pieces.join(', ')}]`;
}

/** Sorted by the keys as written. */
function formatMap(entries: readonly (readonly [CelValue, CelValue])[], depth: number): string | CelError {
  const pieces: [string, string][] = [];
  for (const [key, value] of entries) {
    const name = formatString(key, depth + 1);
    const piece = formatString(value, depth + 1);
    if (name instanceof CelError) return name;
    if (piece instanceof CelError) return piece;
    pieces.push([name, piece]);
  }
  pieces.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${pieces.map(([name, piece]) => `${name}: ${piece}`).join(', ')}}`;
}

function formatDecimal(value: CelValue): string | CelError {
  const whole = radix(value, 10);
  if (whole !== null) return whole;
  if (isDouble(value)) return shortestDouble(doubleOf(value));
  return wrong('decimal clause can only be used on integers', value);
}

function formatFloat(
  value: CelValue,
  digits: number,
  clause: string,
  write: (value: number, digits: number) => string,
): string | CelError {
  if (isDouble(value)) return write(doubleOf(value), digits);
  if (isInt(value)) return write(Number(value), digits);
  return value instanceof Uint
    ? write(Number(value.value), digits)
    : wrong(`${clause} clause can only be used on doubles`, value);
}

function formatBinary(value: CelValue): string | CelError {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return radix(value, 2) ?? wrong('only integers and bools can be formatted as binary', value);
}

function formatHex(value: CelValue): string | CelError {
  if (typeof value === 'string') return hex(encodeUtf8(value));
  if (value instanceof Bytes) return hex(value.value);
  return radix(value, 16) ?? wrong('only integers, byte buffers, and strings can be formatted as hex', value);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function radix(value: CelValue, base: number): string | null {
  if (isInt(value)) return value.toString(base);
  return value instanceof Uint ? value.value.toString(base) : null;
}

function wrong(clause: string, value: CelValue): CelError {
  return celError(`error during formatting: ${clause}, was given ${typeName(value)}`);
}

function typeName(value: CelValue): string {
  if (value === null) return 'null_type';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (isInt(value)) return 'int';
  if (isDouble(value) || value instanceof Double) return 'double';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Bytes) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Unknown) return 'unknown';
  return isList(value) ? 'list' : isMap(value) ? 'map' : 'object';
}
