/** Arithmetic, comparison, membership, negation. */
import { Unknown } from '../../model.ts';
import { compare, equals } from '../equality.ts';
import { mapGet } from '../map.ts';
import { type Arithmetic, calculate, negate } from '../number.ts';
import type { Expression, Operation } from '../syntax/expression.ts';
import { calculateTime } from '../time.ts';
import { Bytes, type CelValue, isList, isMap, type Result, stops } from '../value.ts';
import { budgetError, type Compiler, type Frame, misfit, placed, type Step } from './frame.ts';

export function operationStep(compiler: Compiler, node: Operation): Step {
  const [left, right] = node.operands;
  if (left === undefined) return () => misfit(node.span, 'an operand is missing');
  if (right === undefined)
    return node.operator === '!' ? notStep(compiler, left, node) : negateStep(compiler, left, node);
  switch (node.operator) {
    case '==':
    case '!=':
      return equalStep(compiler, node, [left, right]);
    case 'in':
      return inStep(compiler, node, [left, right]);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compareStep(compiler, node, [left, right]);
    default:
      return arithmeticStep(compiler, node, [left, right]);
  }
}

type Pair = readonly [Expression, Expression];

function notStep(compiler: Compiler, operand: Expression, node: Operation): Step {
  const step = compiler.step(operand);
  const error = misfit(node.span, '! takes bool');
  return (frame) => {
    const value = step(frame);
    if (typeof value === 'boolean') return !value;
    return stops(value) ? value : error;
  };
}

function negateStep(compiler: Compiler, operand: Expression, node: Operation): Step {
  const step = compiler.step(operand);
  const error = misfit(node.span, '- takes a number');
  return (frame) => {
    const value = step(frame);
    return stops(value) ? value : placed(negate(value) ?? error, node.span);
  };
}

function equalStep(compiler: Compiler, node: Operation, [leftNode, rightNode]: Pair): Step {
  const wanted = node.operator === '==';
  const constant = compiler.constant(rightNode);
  const left = compiler.step(leftNode);
  if (typeof constant === 'string' || typeof constant === 'boolean' || constant === null) {
    return (frame) => {
      const value = left(frame);
      return stops(value) ? value : (value === constant) === wanted;
    };
  }
  const right = compiler.step(rightNode);
  return (frame) => {
    const a = left(frame);
    if (stops(a)) return a;
    const b = right(frame);
    if (stops(b)) return b;
    if (payForText(a, b, frame) > frame.limit) return budgetError(node.span);
    const same = equals(a, b, frame);
    if (frame.cost > frame.limit) return budgetError(node.span);
    return same instanceof Unknown ? same : same === wanted;
  };
}

/** Comparing long texts takes time; returns what has been spent in all. */
function payForText(left: CelValue, right: CelValue, frame: Frame): number {
  if (typeof left === 'string' && typeof right === 'string' && left.length > 64) {
    frame.cost += Math.min(left.length, right.length) / 100;
  }
  return frame.cost;
}

function compareStep(compiler: Compiler, node: Operation, [leftNode, rightNode]: Pair): Step {
  const left = compiler.step(leftNode);
  const right = compiler.step(rightNode);
  const accept = accepts[node.operator as keyof typeof accepts];
  const error = misfit(node.span, `${node.operator} does not compare values of these types`);
  return (frame) => {
    const a = left(frame);
    if (stops(a)) return a;
    const b = right(frame);
    if (stops(b)) return b;
    if (payForText(a, b, frame) > frame.limit) return budgetError(node.span);
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : compare(a, b);
    return order === null ? error : accept(order);
  };
}

const accepts = {
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
};

function inStep(compiler: Compiler, node: Operation, [elementNode, containerNode]: Pair): Step {
  const element = compiler.step(elementNode);
  const constant = compiler.constant(containerNode);
  const texts =
    Array.isArray(constant) && constant.every((one) => typeof one === 'string') ? new Set<CelValue>(constant) : null;
  if (texts !== null) {
    return (frame) => {
      const value = element(frame);
      return stops(value) ? value : texts.has(value);
    };
  }
  const container = compiler.step(containerNode);
  const error = misfit(node.span, 'in takes a list or a map on its right');
  return (frame) => {
    const value = element(frame);
    if (stops(value)) return value;
    const within = container(frame);
    if (stops(within)) return within;
    if (isList(within)) return listHas(within, value, frame, node);
    return isMap(within) ? mapGet(within, value) !== undefined : error;
  };
}

function listHas(list: readonly CelValue[], value: CelValue, frame: Frame, node: Operation): Result {
  let unknown: Unknown | null = null;
  frame.cost += list.length;
  for (const element of list) {
    if (payForText(element, value, frame) > frame.limit) return budgetError(node.span);
    const same = element === value && typeof value === 'string' ? true : equals(element, value, frame);
    if (same === true) return true;
    if (same !== false) unknown = same;
  }
  return unknown ?? false;
}

function arithmeticStep(compiler: Compiler, node: Operation, [leftNode, rightNode]: Pair): Step {
  const left = compiler.step(leftNode);
  const right = compiler.step(rightNode);
  const operator = node.operator as Arithmetic;
  const error = misfit(node.span, `${operator} does not take values of these types`);
  return (frame) => {
    const a = left(frame);
    if (stops(a)) return a;
    const b = right(frame);
    if (stops(b)) return b;
    if (operator === '+' && typeof a !== 'number') {
      const joined = concatenate(a, b, frame);
      if (frame.cost > frame.limit) return budgetError(node.span);
      if (joined !== null) return joined;
    }
    return placed(calculate(operator, a, b) ?? calculateTime(operator, a, b) ?? error, node.span);
  };
}

/** Paid for before it is made, so that doubling a text again and again ends. */
function concatenate(left: CelValue, right: CelValue, frame: Frame): Result | null {
  if (typeof left === 'string' && typeof right === 'string') {
    frame.cost += (left.length + right.length) / 10;
    return frame.cost > frame.limit ? null : left + right;
  }
  if (isList(left) && isList(right)) {
    frame.cost += left.length + right.length;
    return frame.cost > frame.limit ? null : [...left, ...right];
  }
  if (!(left instanceof Bytes) || !(right instanceof Bytes)) return null;
  frame.cost += (left.value.length + right.value.length) / 10;
  return frame.cost > frame.limit ? null : joinBytes(left, right);
}

function joinBytes(left: Bytes, right: Bytes): Bytes {
  const joined = new Uint8Array(left.value.length + right.value.length);
  joined.set(left.value);
  joined.set(right.value, left.value.length);
  return new Bytes(joined);
}
