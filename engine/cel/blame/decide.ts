/** Which part of an expression decided its result, and which data that part looked at. */
import type { Blame } from '../index.ts';
import type { Comprehension, Conditional, Expression, Logical } from '../syntax/expression.ts';
import { children } from '../syntax/expression.ts';
import { type Result, stops } from '../value.ts';
import { dataPath } from './dataPath.ts';
import { eachRound } from './elements.ts';
import { type Trace, valueOfNode } from './trace.ts';

/** Descends from a node to what decided it, in the evaluation that the trace holds. */
export function decide(trace: Trace, node: Expression): Blame {
  switch (node.kind) {
    case 'logical':
      return decideLogical(trace, node);
    case 'conditional':
      return decideConditional(trace, node);
    case 'comprehension':
      return decideComprehension(trace, node);
    case 'bind':
      trace.frame.slots[slotOf(trace, node)] = valueOfNode(trace, node.value);
      trace.paths[slotOf(trace, node)] = dataPath(trace, node.value);
      trace.bound.set(slotOf(trace, node), node.value);
      return decide(trace, node.body);
    case 'operation':
      return node.operator === '!' && node.operands[0] ? decide(trace, node.operands[0]) : decideStrict(trace, node);
    default:
      return decideStrict(trace, node);
  }
}

function slotOf(trace: Trace, node: Extract<Expression, { kind: 'bind' }>): number {
  return trace.compiler.notes.slots.get(node.variable) ?? 0;
}

/** An error or unknown of an operand came from there; everything else was decided here. */
function decideStrict(trace: Trace, node: Expression): Blame {
  if (node.kind !== 'optionalMap' && node.kind !== 'list' && node.kind !== 'map' && stops(valueOfNode(trace, node))) {
    const culprit = children(node).find((child) => isLooked(trace, node, child) && stops(valueOfNode(trace, child)));
    if (culprit !== undefined) return decide(trace, culprit);
  }
  return { span: node.span, path: dataPath(trace, node) };
}

/** The target of a function with a qualified name (`math` in `math.abs(x)`) and of a qualified variable is no value. */
function isLooked(trace: Trace, node: Expression, child: Expression): boolean {
  if (trace.compiler.notes.references.has(node)) return false;
  return node.kind !== 'call' || (trace.compiler.notes.calls.get(node)?.args.includes(child) ?? false);
}

function decideLogical(trace: Trace, node: Logical): Blame {
  const values = node.operands.map((operand) => ({ operand, value: valueOfNode(trace, operand) }));
  const decisive = values.find(({ value }) => value === (node.operator === '||'));
  if (decisive !== undefined) return decide(trace, decisive.operand);
  const result = valueOfNode(trace, node);
  const stopped = values.find(({ value }) => stops(value) && sameKind(value, result));
  if (stopped !== undefined) return decide(trace, stopped.operand);
  return mostTelling(node.operands.map((operand) => decide(trace, operand))) ?? { span: node.span, path: null };
}

function sameKind(left: Result, right: Result): boolean {
  return !stops(right) || left?.constructor === right.constructor || !('code' in right);
}

/** Where all had a part in it: the last that looked at data, since conditions stand before what they guard. */
function mostTelling(blames: readonly Blame[]): Blame | undefined {
  return blames.findLast((blame) => blame.path !== null) ?? blames.at(-1);
}

function decideConditional(trace: Trace, node: Conditional): Blame {
  const condition = valueOfNode(trace, node.condition);
  const fromCondition = () => decide(trace, node.condition);
  if (typeof condition !== 'boolean') return fromCondition();
  const chosen = decide(trace, condition ? node.positive : node.negative);
  return chosen.path === null ? fromCondition() : chosen;
}

/** The element that decided; the whole range where it is that none did. */
function decideComprehension(trace: Trace, node: Comprehension): Blame {
  if (stops(valueOfNode(trace, node.range))) return decide(trace, node.range);
  const result = valueOfNode(trace, node);
  const wanted = decisiveBody(node, result);
  let found: Blame | null = null;
  if (wanted !== null) {
    eachRound(trace, node, () => {
      const value = valueOfNode(trace, node.body);
      if (wanted(value)) found = decide(trace, node.body);
      return found !== null;
    });
  }
  return found ?? { span: node.span, path: dataPath(trace, node.range) };
}

function decisiveBody(node: Comprehension, result: Result): ((value: Result) => boolean) | null {
  if (stops(result)) return (value) => stops(value) && sameKind(value, result);
  if (node.macro === 'all' && result === false) return (value) => value === false;
  return node.macro === 'exists' && result === true ? (value) => value === true : null;
}
