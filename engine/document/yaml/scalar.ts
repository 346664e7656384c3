import { isScalar, Scalar, type ScalarTag } from 'yaml';
import type { Value } from '../../model.ts';
import { coreSchema } from './schema.ts';

/**
 * What a scalar means. Strings, numbers, booleans and null follow the core schema of YAML 1.2, as GitHub reads it; in a
 * Kubernetes object, `yes`, `on` and the like are booleans, and `0644` (octal), `0b11` and `1_000` numbers too, as its API server (YAML 1.1) reads it.
 */
export function scalarValue(scalar: Pick<Scalar, 'value' | 'source' | 'type' | 'tag'>, kubernetes: boolean): Value {
  const { value, source, type } = scalar;
  if (type !== Scalar.PLAIN || source === undefined) return plainData(value);
  if (typeof value === 'number') return numberValue(value, source, kubernetes);
  if (kubernetes && typeof value === 'string' && scalar.tag === undefined)
    return oldBooleans.get(value) ?? oldInteger(value) ?? value;
  return plainData(value);
}

/** What a plain scalar without a tag means. */
export function plainValue(source: string, kubernetes: boolean): Value {
  if (!perhapsOther.test(source)) return source;
  const resolved = plainTags.find(({ test }) => test?.test(source))?.resolve(source, ignore, {}) ?? source;
  return scalarValue({ value: isScalar(resolved) ? resolved.value : resolved, source, type: Scalar.PLAIN }, kubernetes);
}

/** How all that is no text begins. */
const perhapsOther = /^[-+.\d~nNtTfFyYoO]/;
const plainTags = coreSchema.tags.filter((tag): tag is ScalarTag => !tag.collection && tag.default === true);
const ignore = () => undefined;

function numberValue(value: number, source: string, kubernetes: boolean): Value {
  if (kubernetes && /^[-+]?0[0-7]+$/.test(source)) return Number.parseInt(source, 8);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return exactInteger(source) ?? value;
  return value;
}

/** `0b101` and `1_000`, which the core schema takes for text. */
function oldInteger(text: string): number | null {
  const [, sign, digits] = /^([-+]?)(0b[01_]{1,60}|0x[\da-fA-F_]{1,20}|\d[\d_]{0,20})$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const plain = digits.replaceAll('_', '');
  const number = /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain);
  return Number.isSafeInteger(number) ? (sign === '-' ? -number : number) : null;
}

const maxDigits = 400;

function exactInteger(source: string): bigint | null {
  if (source.length > maxDigits || !/^(?:[-+]?\d+|0x[\da-fA-F]+|0o[0-7]+)$/.test(source)) return null;
  return BigInt(source.startsWith('+') ? source.slice(1) : source);
}

function plainData(value: unknown): Value {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return value;
    default:
      return null;
  }
}

const oldBooleans: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);
