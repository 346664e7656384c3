/** CEL's values in JSON and back: what `kerb eval` reads and answers. */
import { visit } from 'jsonc-parser';
import { encodeBase64 } from '../base64.ts';
import { formatDuration, formatTimestamp } from './time.ts';
import {
  Bytes,
  CelMap,
  type CelValue,
  Double,
  Duration,
  double,
  doubleOf,
  int,
  isDouble,
  isInt,
  Opaque,
  Optional,
  stops,
  Timestamp,
  TypeValue,
  Uint,
} from './value.ts';

/**
 * A value as JSON text, by CEL's own conversion to JSON: integers beyond 2^53 are strings, bytes are base64, timestamps
 * and durations strings; an integral double keeps its `.0`, a type is its name, an empty optional null. Never throws.
 */
export function formatCelJson(value: CelValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed());
  if (isInt(value)) return typeof value === 'bigint' ? `"${value}"` : String(value);
  if (isDouble(value)) return formatNumber(doubleOf(value));
  if (value instanceof Uint) return value.value > maxSafe ? `"${value.value}"` : String(value.value);
  if (Array.isArray(value)) return `[${value.map(formatCelJson).join(',')}]`;
  return formatObject(value as object);
}

export type CelJson =
  | { readonly kind: 'value'; readonly value: CelValue }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Reads strict JSON, a number with a point or an exponent as a double, any other as an int. Bounded in depth; keys are
 * only keys, `__proto__` among them. Never throws.
 */
export function readCelJson(text: string): CelJson {
  if (isTooDeep(text)) return { kind: 'problem', message: `nested deeper than ${maxDepth} levels` };
  try {
    JSON.parse(text);
  } catch {
    return { kind: 'problem', message: 'is no valid JSON' };
  }
  const stack: Container[] = [];
  let result: CelValue | undefined;
  let problem: string | null = null;
  const add = (value: CelValue): void => {
    const top = stack.at(-1);
    if (top === undefined) result = value;
    else if (Array.isArray(top.value)) top.value.push(value);
    else top.value[top.key] = value;
  };
  const open = (value: Container['value']): void => {
    add(value);
    stack.push({ value, key: '' });
  };
  visit(text, {
    onObjectBegin: () => open(Object.create(null)),
    onArrayBegin: () => open([]),
    onObjectEnd: () => void stack.pop(),
    onArrayEnd: () => void stack.pop(),
    onObjectProperty: (name) => {
      stack.at(-1)!.key = name;
    },
    onLiteralValue: (value, offset, length) => {
      const number = typeof value === 'number' ? numberOf(text.slice(offset, offset + length)) : value;
      if (stops(number)) problem = 'has an integer beyond 64 bits';
      else add(number);
    },
  });
  return problem !== null || result === undefined
    ? { kind: 'problem', message: problem ?? 'is empty' }
    : { kind: 'value', value: result };
}

interface Container {
  readonly value: CelValue[] | Record<string, CelValue>;
  key: string;
}

const maxDepth = 200;
const maxSafe = BigInt(Number.MAX_SAFE_INTEGER);

function numberOf(source: string) {
  return /[.eE]/.test(source) ? double(Number(source)) : int(BigInt(source));
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (match[0] === '[' || match[0] === '{') depth++;
    else if (match[0] === ']' || match[0] === '}') depth--;
    if (depth > maxDepth) return true;
  }
  return false;
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function formatObject(value: object): string {
  if (value instanceof Double) return formatNumber(value.value);
  if (value instanceof Bytes) return JSON.stringify(encodeBase64(value.value));
  if (value instanceof Timestamp) return JSON.stringify(formatTimestamp(value));
  if (value instanceof Duration) return JSON.stringify(formatDuration(value));
  if (value instanceof Optional) return value.value === undefined ? 'null' : formatCelJson(value.value);
  if (value instanceof TypeValue) return JSON.stringify(value.name);
  if (value instanceof Opaque) return JSON.stringify(value.toString());
  const entries: [string, CelValue][] =
    value instanceof CelMap
      ? [...value.entries.values()].map(({ key, value: item }) => [
          key instanceof Uint ? String(key.value) : String(key),
          item,
        ])
      : Object.entries(value as Record<string, CelValue>);
  return `{${entries.map(([key, item]) => `${JSON.stringify(key.toWellFormed())}:${formatCelJson(item)}`).join(',')}}`;
}
