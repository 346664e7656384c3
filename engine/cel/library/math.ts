/** The math extension of CEL: https://github.com/google/cel-go/tree/master/ext#math */
import { compare } from '../equality.ts';
import type { FunctionDeclaration, Overload } from '../function.ts';
import { bool, double as doubleType, dyn, int as intType, uint as uintType } from '../type.ts';
import {
  type CelValue,
  celError,
  type Double,
  double,
  doubleOf,
  type Int,
  int,
  isDouble,
  isInt,
  isList,
  type Result,
  Uint,
} from '../value.ts';
import { func, noOverload } from './declare.ts';

export const math: readonly FunctionDeclaration[] = [
  func('math.greatest', extremeOf('greatest')),
  func('math.least', extremeOf('least')),
  func('math.ceil', ofDouble(Math.ceil)),
  func('math.floor', ofDouble(Math.floor)),
  func('math.round', ofDouble(round)),
  func('math.trunc', ofDouble(Math.trunc)),
  func(
    'math.sqrt',
    ofDouble(Math.sqrt),
    { parameters: [intType], result: doubleType, call: rootOfInt },
    {
      parameters: [uintType],
      result: doubleType,
      call: (value: Uint) => double(Math.sqrt(Number(value.value))),
    },
  ),
  func('math.isNaN', isDoubleThat(Number.isNaN)),
  func(
    'math.isInf',
    isDoubleThat((value) => value === Infinity || value === -Infinity),
  ),
  func('math.isFinite', isDoubleThat(Number.isFinite)),
  func(
    'math.abs',
    { parameters: [intType], result: intType, call: (value: Int) => (value < 0 ? int(-value) : value) },
    {
      parameters: [uintType],
      result: uintType,
      call: (value: Uint) => value,
    },
    ofDouble(Math.abs),
  ),
  func(
    'math.sign',
    { parameters: [intType], result: intType, call: (value: Int) => (value > 0 ? 1 : value < 0 ? -1 : 0) },
    {
      parameters: [uintType],
      result: uintType,
      call: (value: Uint) => new Uint(value.value > 0n ? 1n : 0n),
    },
    ofDouble(Math.sign),
  ),
  func('math.bitAnd', ...onBits((a, b) => a & b)),
  func('math.bitOr', ...onBits((a, b) => a | b)),
  func('math.bitXor', ...onBits((a, b) => a ^ b)),
  func(
    'math.bitNot',
    { parameters: [intType], result: intType, call: (value: Int) => signed(~BigInt(value)) },
    {
      parameters: [uintType],
      result: uintType,
      call: (value: Uint) => unsigned(~value.value),
    },
  ),
  func('math.bitShiftLeft', ...shifts((bits, by) => bits << by)),
  func('math.bitShiftRight', ...shifts((bits, by) => bits >> by)),
];

function extremeOf(which: 'greatest' | 'least'): Overload {
  return {
    parameters: [dyn],
    rest: dyn,
    result: dyn,
    cost: (...args: readonly CelValue[]) =>
      isList(args[0] as CelValue) ? (args[0] as readonly CelValue[]).length : args.length,
    call: (...args: readonly CelValue[]): Result => {
      const only = args.length === 1 ? args[0]! : null;
      const values = only !== null && isList(only) ? only : args;
      if (values.length === 0) return celError(`math.${which}(list) argument must not be empty`);
      return values.every(isNumber) ? pick(values, which) : noOverload();
    },
  };
}

function pick(values: readonly CelValue[], which: 'greatest' | 'least'): CelValue {
  return values.reduce((best, value) => {
    const order = compare(value, best) ?? Number.NaN;
    return (which === 'greatest' ? order > 0 : order < 0) ? value : best;
  });
}

function isNumber(value: CelValue): boolean {
  return isInt(value) || isDouble(value) || value instanceof Uint;
}

function ofDouble(calculate: (value: number) => number): Overload {
  return {
    parameters: [doubleType],
    result: doubleType,
    call: (value: number | Double) => double(calculate(doubleOf(value))),
  };
}

function isDoubleThat(judge: (value: number) => boolean): Overload {
  return { parameters: [doubleType], result: bool, call: (value: number | Double) => judge(doubleOf(value)) };
}

/** Halves go away from zero. */
function round(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

function rootOfInt(value: Int): Result {
  return double(Math.sqrt(Number(value)));
}

function onBits(combine: (a: bigint, b: bigint) => bigint): readonly Overload[] {
  return [
    {
      parameters: [intType, intType],
      result: intType,
      call: (a: Int, b: Int) => signed(combine(BigInt(a), BigInt(b))),
    },
    {
      parameters: [uintType, uintType],
      result: uintType,
      call: (a: Uint, b: Uint) => unsigned(combine(a.value, b.value)),
    },
  ];
}

/** Both directions shift 64 bits without a sign: what is shifted in is 0. */
function shifts(shift: (bits: bigint, by: bigint) => bigint): readonly Overload[] {
  const shifted = (bits: bigint, by: Int): bigint => (by > 63 ? 0n : shift(BigInt.asUintN(64, bits), BigInt(by)));
  const negative = (by: Int) => celError(`math.bitShift() negative offset: ${by}`);
  return [
    {
      parameters: [intType, intType],
      result: intType,
      call: (bits: Int, by: Int) => (by < 0 ? negative(by) : signed(shifted(BigInt(bits), by))),
    },
    {
      parameters: [uintType, intType],
      result: uintType,
      call: (bits: Uint, by: Int) => (by < 0 ? negative(by) : unsigned(shifted(bits.value, by))),
    },
  ];
}

function signed(bits: bigint): Result {
  return int(BigInt.asIntN(64, bits));
}

function unsigned(bits: bigint): Result {
  return new Uint(BigInt.asUintN(64, bits));
}
