/** Optional values: https://github.com/google/cel-spec/wiki/proposal-246 */
import type { FunctionDeclaration } from '../function.ts';
import { mapSize } from '../map.ts';
import * as type from '../type.ts';
import {
  Bytes,
  type CelValue,
  celError,
  Double,
  Duration,
  isList,
  isMap,
  type ListValue,
  none,
  Optional,
  some,
  Uint,
} from '../value.ts';

const a = type.parameter('A');
const optional = type.optional(a);

export const standardOptional: readonly FunctionDeclaration[] = [
  {
    kind: 'function',
    name: 'optional.of',
    overloads: [{ parameters: [a], result: optional, unknowns: 'accepted', call: some }],
  },
  { kind: 'function', name: 'optional.none', overloads: [{ parameters: [], result: optional, call: () => none }] },
  {
    kind: 'function',
    name: 'optional.ofNonZeroValue',
    overloads: [
      {
        parameters: [a],
        result: optional,
        unknowns: 'accepted',
        call: (value: CelValue) => (isZero(value) ? none : some(value)),
      },
    ],
  },
  {
    kind: 'method',
    name: 'hasValue',
    overloads: [
      {
        parameters: [optional],
        result: type.bool,
        unknowns: 'accepted',
        call: ({ value }: Optional) => value !== undefined,
      },
    ],
  },
  {
    kind: 'method',
    name: 'value',
    overloads: [
      {
        parameters: [optional],
        result: a,
        unknowns: 'accepted',
        call: ({ value }: Optional) => (value === undefined ? celError('optional.none() has no value') : value),
      },
    ],
  },
  // The compiler evaluates the other value of these two only where it is wanted; these are for the checker.
  {
    kind: 'method',
    name: 'or',
    overloads: [{ parameters: [optional, optional], result: optional, unknowns: 'accepted', call: or }],
  },
  {
    kind: 'method',
    name: 'orValue',
    overloads: [{ parameters: [optional, a], result: a, unknowns: 'accepted', call: orValue }],
  },
  { kind: 'method', name: 'unwrapOpt', overloads: [unwrap()] },
  { kind: 'function', name: 'optional.unwrap', overloads: [unwrap()] },
];

function or(first: Optional, other: Optional): Optional {
  return first.value === undefined ? other : first;
}

function orValue({ value }: Optional, other: CelValue): CelValue {
  return value === undefined ? other : value;
}

/** The values of a list of optionals, those without left out. */
function unwrap(): FunctionDeclaration['overloads'][number] {
  return {
    parameters: [type.list(optional)],
    result: type.list(a),
    cost: (list: ListValue) => list.length,
    call: (list: ListValue) => {
      if (!list.every((one) => one instanceof Optional)) return celError('a list of optionals is wanted');
      return list.flatMap((one) => (one.value === undefined ? [] : [one.value]));
    },
  };
}

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  if (value instanceof Double) return value.value === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration) return value.nanoseconds === 0n;
  if (value instanceof Bytes) return value.value.length === 0;
  if (isList(value)) return value.length === 0;
  return isMap(value) && mapSize(value) === 0;
}
