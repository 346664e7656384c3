/** CEL's numbers: literals, and arithmetic that never leaves 64 bits silently. */
import {
  CelError,
  type CelValue,
  celError,
  type Double,
  double,
  doubleOf,
  type Int,
  int,
  isDouble,
  isInt,
  type Result,
  Uint,
  uint,
} from './value.ts';

export type Arithmetic = '+' | '-' | '*' | '/' | '%';

/** The value of a numeric literal, or null when out of range. */
export function readNumber(text: string, type: 'int' | 'uint' | 'double'): Int | Uint | Double | null {
  if (type === 'double') {
    const value = Number(text);
    return Number.isFinite(value) ? double(value) : null;
  }
  const digits = text.replace(/[uU]$/, '');
  const whole = digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits);
  const value = type === 'int' ? int(whole) : uint(whole);
  return value instanceof CelError ? null : value;
}

/** Arithmetic on two numbers of the same type; null where the operands are not that. */
export function calculate(operator: Arithmetic, left: CelValue, right: CelValue): Result | null {
  if (isInt(left)) return isInt(right) ? calculateInt(operator, left, right) : null;
  if (isDouble(left)) return isDouble(right) ? calculateDouble(operator, doubleOf(left), doubleOf(right)) : null;
  return left instanceof Uint && right instanceof Uint ? calculateUint(operator, left.value, right.value) : null;
}

/** Minus a number; null where it is none. */
export function negate(value: CelValue): Result | null {
  if (isInt(value)) return int(typeof value === 'bigint' ? -value : 0 - value);
  return isDouble(value) ? double(-doubleOf(value)) : null;
}

function calculateInt(operator: Arithmetic, left: Int, right: Int): Int | CelError {
  if (typeof left === 'number' && typeof right === 'number') {
    const quick = calculateSafe(operator, left, right);
    if (Number.isSafeInteger(quick)) return quick + 0;
  }
  const wide = calculateWide(operator, BigInt(left), BigInt(right));
  return wide instanceof CelError ? wide : int(wide);
}

/** Exact where the answer is a safe integer. */
function calculateSafe(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return (left - (left % right)) / right;
    case '%':
      return left % right;
  }
}

function calculateUint(operator: Arithmetic, left: bigint, right: bigint): Uint | CelError {
  const wide = calculateWide(operator, left, right);
  return wide instanceof CelError ? wide : uint(wide);
}

function calculateWide(operator: Arithmetic, left: bigint, right: bigint): bigint | CelError {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? celError('division by zero') : left / right;
    case '%':
      return right === 0n ? celError('modulus by zero') : left % right;
  }
}

function calculateDouble(operator: Arithmetic, left: number, right: number): Result | null {
  switch (operator) {
    case '+':
      return double(left + right);
    case '-':
      return double(left - right);
    case '*':
      return double(left * right);
    case '/':
      return double(left / right);
    case '%':
      return null;
  }
}
