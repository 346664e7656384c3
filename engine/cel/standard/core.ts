/** The standard functions: https://github.com/google/cel-spec/blob/master/doc/langdef.md#standard-definitions */

import { compileRegex } from '../../regex/index.ts';
import type { FunctionDeclaration, Overload } from '../function.ts';
import { mapSize } from '../map.ts';
import { codePointCount } from '../text.ts';
import * as type from '../type.ts';
import { typeName } from '../typeName.ts';
import {
  Bytes,
  CelError,
  type CelValue,
  celError,
  type ListValue,
  type MapValue,
  type Result,
  TypeValue,
} from '../value.ts';
import { toBool, toBytes, toDouble, toDuration, toInt, toText, toTimestamp, toUint } from './convert.ts';

const { bool, bytes, double, duration, dyn, int, string, timestamp, uint } = type;
const a = type.parameter('A');
const b = type.parameter('B');

export const standard: readonly FunctionDeclaration[] = [
  { kind: 'function', name: 'size', overloads: sizes() },
  { kind: 'method', name: 'size', overloads: sizes() },
  textTest('contains', (text, part) => text.includes(part)),
  textTest('startsWith', (text, part) => text.startsWith(part)),
  textTest('endsWith', (text, part) => text.endsWith(part)),
  { kind: 'function', name: 'matches', overloads: [matches()] },
  { kind: 'method', name: 'matches', overloads: [matches()] },
  {
    kind: 'function',
    name: 'type',
    overloads: [
      {
        parameters: [a],
        result: type.typeOf(a),
        unknowns: 'accepted',
        call: (value: CelValue) => new TypeValue(typeName(value)),
      },
    ],
  },
  {
    kind: 'function',
    name: 'dyn',
    overloads: [{ parameters: [a], result: dyn, unknowns: 'accepted', call: (value: CelValue) => value }],
  },
  conversion('int', { from: [int, uint, double, string, timestamp], result: int, call: toInt }),
  conversion('uint', { from: [uint, int, double, string], result: uint, call: toUint }),
  conversion('double', { from: [double, int, uint, string], result: double, call: toDouble }),
  conversion('string', {
    from: [string, bool, int, uint, double, bytes, timestamp, duration],
    result: string,
    call: toText,
  }),
  conversion('bytes', { from: [bytes, string], result: bytes, call: toBytes }),
  conversion('bool', { from: [bool, string], result: bool, call: toBool }),
  conversion('timestamp', { from: [timestamp, string, int], result: timestamp, call: toTimestamp }),
  conversion('duration', { from: [duration, string, int], result: duration, call: toDuration }),
];

function sizes(): readonly Overload[] {
  const of = (parameter: type.Type, call: Overload['call']): Overload => ({
    parameters: [parameter],
    result: int,
    unknowns: 'accepted',
    call,
  });
  return [
    { ...of(string, (text: string) => codePointCount(text)), cost: (text: string) => text.length / 100 },
    of(bytes, (value: Bytes) => value.value.length),
    of(type.list(a), (list: ListValue) => list.length),
    { ...of(type.map(a, b), (map: MapValue) => mapSize(map)), cost: (map: MapValue) => mapSize(map) / 4 },
  ];
}

function textTest(name: string, call: (text: string, part: string) => boolean): FunctionDeclaration {
  const cost = (text: string, part: string) => (text.length + part.length) / 10;
  return { kind: 'method', name, overloads: [{ parameters: [string, string], result: bool, cost, call }] };
}

/** Linear in the text, whatever the pattern. A pattern that is a constant is compiled once, with the expression. */
function matches(): Overload {
  return {
    parameters: [string, string],
    result: bool,
    cost: (text: string, pattern: string) => (text.length + pattern.length) / 10,
    preparation: 2000,
    prepare: ([, pattern]) => (typeof pattern === 'string' ? matcher(pattern) : null),
    call: (text: string, pattern: string) => {
      const test = matcher(pattern);
      return test instanceof CelError ? test : test(text);
    },
  };
}

function matcher(pattern: string): ((text: string) => Result) | CelError {
  const { regex, problem } = compileRegex(pattern);
  return regex === null ? celError(`bad pattern: ${problem.message}`) : (text) => regex.test(text);
}

interface Conversion {
  readonly from: readonly type.Type[];
  readonly result: type.Type;
  readonly call: (value: CelValue) => Result;
}

function conversion(name: string, { from, result, call }: Conversion): FunctionDeclaration {
  const cost = (value: CelValue) =>
    typeof value === 'string' ? value.length / 10 : value instanceof Bytes ? value.value.length / 10 : 0;
  return {
    kind: 'function',
    name,
    overloads: from.map((parameter) => ({ parameters: [parameter], result, cost, call })),
  };
}
