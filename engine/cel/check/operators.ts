/** The types of CEL's operators, for the checker. */
import type { Operator } from '../syntax/expression.ts';
import * as type from '../type.ts';

export interface Signature {
  readonly parameters: readonly type.Type[];
  readonly result: type.Type;
}

const { bool, bytes, double, duration, int, string, timestamp, uint } = type;
const a = type.parameter('A');
const b = type.parameter('B');
const numbers = [int, uint, double];
const ordered = [bool, int, uint, double, string, bytes, timestamp, duration];

function of(result: type.Type, ...parameters: type.Type[]): Signature {
  return { parameters, result };
}

const comparisons: readonly Signature[] = [
  ...ordered.map((one) => of(bool, one, one)),
  ...numbers.flatMap((left) => numbers.filter((right) => right !== left).map((right) => of(bool, left, right))),
];

export const operatorSignatures: Readonly<Record<Operator, readonly Signature[]>> = {
  '+': [
    ...[int, uint, double, string, bytes].map((one) => of(one, one, one)),
    of(type.list(a), type.list(a), type.list(a)),
    of(timestamp, timestamp, duration),
    of(timestamp, duration, timestamp),
    of(duration, duration, duration),
  ],
  '-': [
    ...numbers.map((one) => of(one, one, one)),
    of(duration, timestamp, timestamp),
    of(timestamp, timestamp, duration),
    of(duration, duration, duration),
  ],
  '*': numbers.map((one) => of(one, one, one)),
  '/': numbers.map((one) => of(one, one, one)),
  '%': [of(int, int, int), of(uint, uint, uint)],
  '==': [of(bool, a, a)],
  '!=': [of(bool, a, a)],
  '<': comparisons,
  '<=': comparisons,
  '>': comparisons,
  '>=': comparisons,
  in: [of(bool, a, type.list(a)), of(bool, a, type.map(a, b))],
  '!': [of(bool, bool)],
  negate: [of(int, int), of(double, double)],
};

export const indexSignatures: readonly Signature[] = [
  of(a, type.list(a), int),
  of(b, type.map(a, b), a),
  of(type.optional(a), type.optional(type.list(a)), int),
  of(type.optional(b), type.optional(type.map(a, b)), a),
];

export const optionalIndexSignatures: readonly Signature[] = [
  of(type.optional(a), type.list(a), int),
  of(type.optional(b), type.map(a, b), a),
  of(type.optional(a), type.optional(type.list(a)), int),
  of(type.optional(b), type.optional(type.map(a, b)), a),
];
