/** Kubernetes' quantities: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */
import type { FunctionDeclaration, Overload } from '../function.ts';
import { bool, double as doubleType, int as intType, opaque, string } from '../type.ts';
import { CelError, celError, double, type Int, int, Opaque, type Result } from '../value.ts';
import { func, method } from './declare.ts';

const quantityType = opaque('quantity');

/** An exact number of nanos (10^-9), as Kubernetes keeps it: finer parts are rounded away from zero. */
class Quantity extends Opaque {
  override readonly typeName = 'quantity';
  readonly nanos: bigint;
  /** What was written is more than Kubernetes can count, which it takes for the most that it can, and for no integer. */
  readonly isCapped: boolean;
  constructor(nanos: bigint, { isCapped }: { readonly isCapped: boolean } = { isCapped: false }) {
    super();
    this.nanos = nanos;
    this.isCapped = isCapped;
  }
  override equals(other: Opaque): boolean {
    return other instanceof Quantity && other.nanos === this.nanos;
  }
  override toString(): string {
    const digits = String(this.nanos < 0n ? -this.nanos : this.nanos).padStart(10, '0');
    const fraction = digits.slice(-9).replace(/0+$/, '');
    return `${this.nanos < 0n ? '-' : ''}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
  }
}

/** Reads `1.5Gi`, `100m`, `12e6` …; null for anything else. */
function readQuantity(text: string): Quantity | null {
  if (text.length > 200) return null;
  const match = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return null;
  const [, sign, number, binary, decimal, exponent] = match;
  const [whole = '', fraction = ''] = number!.split('.');
  const digits = BigInt(whole + fraction);
  const power = Number(exponent ?? (decimal === undefined ? 0 : decimalPowers[decimal])) - fraction.length + 9;
  const factor = binary === undefined ? 1n : 1024n ** BigInt('KMGTPE'.indexOf(binary[0]!) + 1);
  const written = scale(digits * factor, power);
  const isCapped = written > greatest;
  const nanos = isCapped ? greatest : written;
  return new Quantity(sign === '-' ? -nanos : nanos, { isCapped });
}

export const quantities: readonly FunctionDeclaration[] = [
  func('quantity', { parameters: [string], result: quantityType, call: parse }),
  func('isQuantity', { parameters: [string], result: bool, call: (text: string) => readQuantity(text) !== null }),
  method('sign', {
    parameters: [quantityType],
    result: intType,
    call: ({ nanos }: Quantity) => (nanos > 0n ? 1 : nanos < 0n ? -1 : 0),
  }),
  method('isInteger', {
    parameters: [quantityType],
    result: bool,
    call: (quantity: Quantity) => integerOf(quantity) !== null,
  }),
  method('asInteger', { parameters: [quantityType], result: intType, call: asInteger }),
  method('asApproximateFloat', {
    parameters: [quantityType],
    result: doubleType,
    call: (quantity: Quantity) => double(Number(quantity.toString())),
  }),
  method('add', ...arithmetic((a, b) => a + b)),
  method('sub', ...arithmetic((a, b) => a - b)),
  method(
    'compareTo',
    comparison(intType, (order) => order),
  ),
  method(
    'isGreaterThan',
    comparison(bool, (order) => order > 0),
  ),
  method(
    'isLessThan',
    comparison(bool, (order) => order < 0),
  ),
];

const decimalPowers: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

const one = 1_000_000_000n;
const greatest = 9223372036854775807n * one;

/** Times a power of ten, rounded away from zero; powers beyond what changes the answer are cut off. */
function scale(digits: bigint, power: number): bigint {
  if (digits === 0n) return 0n;
  if (power >= 0) return digits * 10n ** BigInt(Math.min(power, 100));
  const divisor = 10n ** BigInt(Math.min(-power, 500));
  return (digits + divisor - 1n) / divisor;
}

function parse(text: string): Result {
  return readQuantity(text) ?? celError('the text is not a quantity');
}

function integerOf({ nanos, isCapped }: Quantity): Int | null {
  const whole = !isCapped && nanos % one === 0n ? int(nanos / one) : null;
  return whole instanceof CelError ? null : whole;
}

function asInteger(quantity: Quantity): Result {
  return integerOf(quantity) ?? celError('cannot convert value to integer');
}

function arithmetic(calculate: (a: bigint, b: bigint) => bigint): readonly Overload[] {
  const result = quantityType;
  return [
    {
      parameters: [quantityType, quantityType],
      result,
      call: (a: Quantity, b: Quantity) => new Quantity(calculate(a.nanos, b.nanos)),
    },
    {
      parameters: [quantityType, intType],
      result,
      call: (a: Quantity, b: Int) => new Quantity(calculate(a.nanos, BigInt(b) * one)),
    },
  ];
}

function comparison(result: typeof bool, answer: (order: number) => number | boolean): Overload {
  return {
    parameters: [quantityType, quantityType],
    result,
    call: (a: Quantity, b: Quantity) => answer(a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0),
  };
}
