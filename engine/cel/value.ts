/**
 * How CEL's values stand in JavaScript. Documents are evaluated as they are, without conversion:
 *
 *   null, bool, string, list      null, boolean, string, array
 *   int                           a safe integral number; a bigint beyond 2^53 (never a bigint within it)
 *   double                        any other number; {@link Double} where the number would read as an int
 *   map                           an object without a prototype (string keys); {@link CelMap} with any keys
 *   unknown                       the model's `Unknown`
 *   everything else               the small classes below
 */

import type { Span } from '../model.ts';
import { Unknown, type Value, type ValueMap } from '../model.ts';

export type Int = number | bigint;
export type MapKey = string | boolean | Int | Uint;
export type ListValue = readonly CelValue[];
export type MapValue = ValueMap | { readonly [key: string]: CelValue } | CelMap;
export type CelValue =
  | Value
  | Double
  | Uint
  | Bytes
  | Timestamp
  | Duration
  | Optional
  | TypeValue
  | CelMap
  | Opaque
  | readonly CelValue[]
  | { readonly [key: string]: CelValue };

/** A value, or why there is none. */
export type Result = CelValue | CelError;

/** A double whose number is a safe integer (`1.0`); make doubles with {@link double}, which boxes only where it must. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** An unsigned 64-bit integer. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

export class Bytes {
  readonly value: Uint8Array;
  constructor(value: Uint8Array) {
    this.value = value;
  }
}

/** Nanoseconds since 1970-01-01T00:00:00Z, from year 1 to year 9999. */
export class Timestamp {
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class Duration {
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** `optional.of(x)` holds a value, `optional.none()` holds undefined. */
export class Optional {
  readonly value: CelValue | undefined;
  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}

/** A type as a value: what `type(1)` and the identifier `int` give. */
export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A map whose keys are not all strings. Numeric keys of all types that are mathematically equal are one key. */
export class CelMap {
  readonly entries: ReadonlyMap<string | boolean | Int, { readonly key: MapKey; readonly value: CelValue }>;
  constructor(entries: ReadonlyMap<string | boolean | Int, { readonly key: MapKey; readonly value: CelValue }>) {
    this.entries = entries;
  }
}

/** A type that a library adds (a quantity, an IP address). Its `typeName` is that of the opaque type it is declared with. */
export abstract class Opaque {
  abstract readonly typeName: string;
  abstract equals(other: Opaque): boolean;
  /** As shown to people and in JSON. */
  abstract toString(): string;
}

/** `error`: the expression went wrong; `budget`: it was stopped. */
export type ErrorCode = 'error' | 'budget';

/** An error as a value: it spreads through an evaluation except where `&&`, `||` and `?:` make it irrelevant. */
export class CelError {
  readonly message: string;
  readonly code: ErrorCode;
  /** The part of the source that went wrong; null until the evaluation fills it in. */
  readonly span: Span | null;
  constructor(message: string, span: Span | null = null, code: ErrorCode = 'error') {
    this.message = message;
    this.span = span;
    this.code = code;
  }
}

/** Several unknowns on which one result depends. */
export class UnknownSet extends Unknown {
  readonly members: readonly Unknown[];
  constructor(members: readonly Unknown[]) {
    super(members[0]?.reason ?? '');
    this.members = members;
  }
}

export function celError(message: string): CelError {
  return new CelError(message);
}

/** Whether a result ends a strict operation: an error or an unknown. */
export function stops(value: Result): value is CelError | Unknown {
  return typeof value === 'object' && value !== null && (value instanceof CelError || value instanceof Unknown);
}

/** The CEL double of a number. */
export function double(value: number): number | Double {
  return Number.isSafeInteger(value) ? new Double(value) : value;
}

/** The CEL int of an integer, or an error beyond 64 bits. */
export function int(value: Int): Int | CelError {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const wide = BigInt(value);
  if (wide > 9223372036854775807n || wide < -9223372036854775808n) return celError('integer overflow');
  return wide <= 9007199254740991n && wide >= -9007199254740991n ? Number(wide) : wide;
}

/** The CEL uint of an integer, or an error when negative or beyond 64 bits. */
export function uint(value: Int): Uint | CelError {
  const wide = BigInt(value);
  return wide >= 0n && wide <= 18446744073709551615n ? new Uint(wide) : celError('unsigned integer overflow');
}

export const none = new Optional(undefined);

export function some(value: CelValue): Optional {
  return new Optional(value);
}

export function isInt(value: Result): value is Int {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
}

export function isDouble(value: Result): value is number | Double {
  return value instanceof Double || (typeof value === 'number' && !Number.isSafeInteger(value));
}

/** The number in a CEL double. */
export function doubleOf(value: number | Double): number {
  return typeof value === 'number' ? value : value.value;
}

export function isList(value: Result): value is ListValue {
  return Array.isArray(value);
}

/** A map, in either form. */
export function isMap(value: Result): value is MapValue {
  return typeof value === 'object' && value !== null && (isPlainMap(value) || value instanceof CelMap);
}

/** A map with string keys, as documents have it. An object with a prototype of its own is never a map. */
export function isPlainMap(value: object): value is { readonly [key: string]: CelValue } {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
