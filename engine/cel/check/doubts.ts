/**
 * What an expression says that its author cannot have meant: comparisons that can only come out one way, and parts that
 * nothing depends on. It is evaluated all the same, so that these are warnings.
 */
import type { Span } from '../../model.ts';
import { children, type Expression, type Logical, type Operation } from '../syntax/expression.ts';
import type { CelValue } from '../value.ts';

/** A warning. */
export interface Doubt {
  readonly span: Span;
  readonly message: string;
}

export interface Foreseen {
  /** The value of an expression that has the same whatever it sees. */
  readonly constant: Constant;
  /** What an expression of constants breaks with; null where it does not. */
  failure(node: Expression): string | null;
}

/** What is doubtful in a tree. */
export function doubtsOf(root: Expression, source: string, { constant, failure }: Foreseen): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const text = ({ span }: Expression): string => source.slice(span.start, span.end).replace(/\s+/g, '');
  const visit = (node: Expression): void => {
    doubts.push(...doubtsAt(node, text, constant), ...failureDoubts(node, { constant, failure }));
    for (const child of children(node)) visit(child);
  };
  visit(root);
  return doubts;
}

type Text = (node: Expression) => string;
type Constant = (node: Expression) => CelValue | undefined;

function doubtsAt(node: Expression, text: Text, constant: Constant): readonly Doubt[] {
  switch (node.kind) {
    case 'logical':
      return logicalDoubts(node, text, constant);
    case 'conditional': {
      const condition = outcomeOf(node.condition, constant);
      if (typeof condition !== 'boolean') return [];
      const { span } = condition ? node.negative : node.positive;
      return [{ span, message: `this is never reached: the condition is always ${condition}` }];
    }
    case 'operation':
      return [...quantityDoubts(node, constant), ...comparisonDoubts(node, text, constant)];
    default:
      return [];
  }
}

/** `duration('5 minutes')`, `1 / 0` */
function failureDoubts(node: Expression, { constant, failure }: Foreseen): readonly Doubt[] {
  if (node.kind !== 'call' && node.kind !== 'operation') return [];
  const parts = children(node);
  if (parts.length === 0 || parts.some((part) => constant(part) === undefined)) return [];
  const message = failure(node);
  return message === null ? [] : [{ span: node.span, message: `this always fails: ${message}` }];
}

function logicalDoubts(node: Logical, text: Text, constant: Constant): readonly Doubt[] {
  const { operator, operands, span } = node;
  const decides = operator === '||';
  const fixed = operands.flatMap((operand): Doubt[] => {
    const value = outcomeOf(operand, constant);
    if (typeof value !== 'boolean') return [];
    const what = value === decides ? 'nothing else here counts' : 'it can be left out';
    return [{ span: operand.span, message: `this is always ${value}: ${what}` }];
  });
  const twice = operands.filter(
    (operand, index) => operands.findIndex((other) => text(other) === text(operand)) < index,
  );
  const repeated = twice.map((operand) => ({ span: operand.span, message: 'this stands here twice' }));
  const clash = operator === '&&' ? contradiction(operands, text, constant) : tautology(operands, text, constant);
  return [...fixed, ...repeated, ...(clash === null ? [] : [{ span, message: clash }])];
}

/** What an expression always is, where it compares constants too. */
function outcomeOf(node: Expression, constant: Constant): CelValue | undefined {
  if (node.kind !== 'operation') return constant(node);
  const [left, right] = node.operands.map(constant);
  if (!isPlain(left) || !isPlain(right) || typeof left !== typeof right) return constant(node);
  const outcomes: Readonly<Record<string, boolean>> = {
    '==': left === right,
    '!=': left !== right,
    '<': left < right,
    '<=': left <= right,
    '>': left > right,
    '>=': left >= right,
  };
  return outcomes[node.operator] ?? constant(node);
}

/** What a comparison with a constant says of the other side. */
interface Claim {
  readonly about: string;
  readonly operator: string;
  readonly value: CelValue;
}

const turned: Readonly<Record<string, string>> = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function claimsOf(operands: readonly Expression[], text: Text, constant: Constant): readonly Claim[] {
  return operands.flatMap((operand): Claim[] => {
    if (operand.kind !== 'operation' || turned[operand.operator] === undefined) return [];
    const [left, right] = operand.operands;
    if (left === undefined || right === undefined) return [];
    const [leftValue, rightValue] = [constant(left), constant(right)];
    if (leftValue === undefined && isPlain(rightValue))
      return [{ about: text(left), operator: operand.operator, value: rightValue }];
    if (rightValue === undefined && isPlain(leftValue))
      return [{ about: text(right), operator: turned[operand.operator] ?? '', value: leftValue }];
    return [];
  });
}

function isPlain(value: CelValue | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** `x == 'a' && x == 'b'`, `x > 5 && x < 3` */
function contradiction(operands: readonly Expression[], text: Text, constant: Constant): string | null {
  const claims = claimsOf(operands, text, constant);
  for (const [index, one] of claims.entries()) {
    const other = claims.slice(index + 1).find((each) => each.about === one.about && excludes(one, each));
    if (other !== undefined) return 'this is never true: one value cannot be both';
  }
  return null;
}

/** `x != 'a' || x != 'b'` */
function tautology(operands: readonly Expression[], text: Text, constant: Constant): string | null {
  const unequal = claimsOf(operands, text, constant).filter(({ operator }) => operator === '!=');
  const isAlways = unequal.some((one) =>
    unequal.some((other) => one.about === other.about && one.value !== other.value),
  );
  return isAlways ? 'this is always true: whatever the value is, it is not one of these' : null;
}

function excludes(one: Claim, other: Claim): boolean {
  if (one.operator === '==' && other.operator === '==') return one.value !== other.value;
  const low = [one, other].find(({ operator }) => operator.startsWith('>'));
  const high = [one, other].find(({ operator }) => operator.startsWith('<'));
  if (low === undefined || high === undefined) return false;
  if (typeof low.value !== 'number' || typeof high.value !== 'number') return false;
  const isOpen = low.operator === '>' || high.operator === '<';
  return low.value > high.value || (low.value === high.value && isOpen);
}

/** `memory < '1Gi'` */
function quantityDoubts({ operator, operands, span }: Operation, constant: Constant): readonly Doubt[] {
  if (!['<', '<=', '>', '>='].includes(operator)) return [];
  const isQuantity = operands.map(constant).some((value) => typeof value === 'string' && quantityText.test(value));
  if (!isQuantity) return [];
  return [
    { span, message: `texts are compared letter by letter; write quantity(a).compareTo(quantity(b)) ${operator} 0` },
  ];
}

/** A number with a unit of Kubernetes' quantities. */
const quantityText = /^\d{1,15}(?:\.\d{1,9})?(?:[KMGTPE]i|[numkMGTPE])$/;

function comparisonDoubts(node: Operation, text: Text, constant: Constant): readonly Doubt[] {
  const [left, right] = node.operands;
  const { operator, span } = node;
  if (left === undefined || right === undefined || turned[operator] === undefined) {
    const list = operator === 'in' && right !== undefined ? constant(right) : undefined;
    return Array.isArray(list) && list.length === 0 ? [{ span, message: 'this is never true: the list is empty' }] : [];
  }
  if (constant(left) === undefined && text(left) === text(right)) {
    const isTrue = operator === '==' || operator === '<=' || operator === '>=';
    return [{ span, message: `this is ${isTrue ? 'always' : 'never'} true: both sides are the same` }];
  }
  return sizeDoubts(node, constant);
}

/** A size is never below zero. */
function sizeDoubts({ operands: [left, right], operator, span }: Operation, constant: Constant): readonly Doubt[] {
  if (left?.kind !== 'call' || left.name !== 'size' || right === undefined) return [];
  const bound = constant(right);
  if (typeof bound !== 'number') return [];
  if ((operator === '<' && bound <= 0) || ((operator === '<=' || operator === '==') && bound < 0))
    return [{ span, message: 'this is never true: a size is at least 0' }];
  if ((operator === '>=' && bound <= 0) || (operator === '>' && bound < 0))
    return [{ span, message: 'this is always true: a size is at least 0' }];
  return [];
}
