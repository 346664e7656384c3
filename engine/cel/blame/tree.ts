/** An evaluation as a tree: what each part of the expression gave, which parts were never asked, and which decided. */
import type { Span } from '../../model.ts';
import { type Comprehension, children, type Expression } from '../syntax/expression.ts';
import { isMap, Optional, type Result, stops } from '../value.ts';
import { eachRound } from './elements.ts';
import { type Trace, valueOfNode } from './trace.ts';

/** A part of an expression, evaluated. */
export interface EvaluationNode {
  readonly span: Span;
  /** What it gave; `skipped` where nobody had to ask. */
  readonly outcome: { readonly kind: 'given'; readonly result: Result } | { readonly kind: 'skipped' };
  readonly parts: readonly EvaluationNode[];
  /** The rounds of a macro, up to a bound. */
  readonly rounds: readonly Round[];
  /** How many rounds there are beyond those. */
  readonly moreRounds: number;
}

/** One element that a macro looked at. */
interface Round {
  readonly variables: readonly { readonly name: string; readonly value: Result }[];
  readonly body: EvaluationNode;
}

const maxRounds = 100;
const maxNodes = 5_000;

/** The tree of an evaluation that a trace holds. What tells nothing is left out: literals, whole resources. */
export function evaluationTree(trace: Trace, root: Expression): EvaluationNode {
  let left = maxNodes;
  const build = (node: Expression): EvaluationNode => {
    left--;
    const outcome = { kind: 'given', result: valueOfNode(trace, node) } as const;
    const plain: EvaluationNode = { span: node.span, outcome, parts: [], rounds: [], moreRounds: 0 };
    if (left <= 0) return plain;
    if (node.kind === 'comprehension') return { ...plain, parts: telling([node.range]), ...roundsOf(node) };
    if (node.kind === 'bind') {
      const value = build(node.value);
      trace.frame.slots[trace.compiler.notes.slots.get(node.variable) ?? 0] = valueOfNode(trace, node.value);
      return { ...plain, parts: [value, build(node.body)] };
    }
    return { ...plain, parts: partsOf(node) };
  };
  const telling = (nodes: readonly Expression[]): readonly EvaluationNode[] =>
    nodes.filter((node) => isTelling(trace, node)).map(build);
  const partsOf = (node: Expression): readonly EvaluationNode[] => {
    switch (node.kind) {
      case 'logical': {
        const decisive = node.operands.findIndex((operand) => valueOfNode(trace, operand) === (node.operator === '||'));
        return node.operands.map((operand, at) => (decisive >= 0 && at > decisive ? skipped(operand) : build(operand)));
      }
      case 'conditional': {
        const condition = valueOfNode(trace, node.condition);
        const branch = (of: boolean, chosen: Expression) => (condition === of ? build(chosen) : skipped(chosen));
        return [build(node.condition), branch(true, node.positive), branch(false, node.negative)];
      }
      case 'optionalMap': {
        const operand = valueOfNode(trace, node.operand);
        const held = operand instanceof Optional ? operand.value : undefined;
        if (held === undefined) return [build(node.operand), skipped(node.body)];
        trace.frame.slots[trace.compiler.notes.slots.get(node.variable) ?? 0] = held;
        return [build(node.operand), build(node.body)];
      }
      case 'call':
        return telling(trace.compiler.notes.calls.get(node)?.args ?? []);
      default:
        // The operand of a qualified name (`math` in `math.pi`) is no value.
        return trace.compiler.notes.references.has(node) ? [] : telling(children(node));
    }
  };
  const roundsOf = (node: Comprehension): Pick<EvaluationNode, 'rounds' | 'moreRounds'> => {
    if (stops(valueOfNode(trace, node.range))) return { rounds: [], moreRounds: 0 };
    const rounds: Round[] = [];
    let moreRounds = 0;
    eachRound(trace, node, () => {
      if (rounds.length >= maxRounds || left <= 0) moreRounds++;
      else rounds.push({ variables: variablesOf(trace, node), body: build(node.body) });
      return isDecided(node, rounds.at(-1)?.body, moreRounds);
    });
    return { rounds, moreRounds };
  };
  return build(root);
}

/** `all` and `exists` look no further once an element has decided. */
function isDecided({ macro }: Comprehension, last: EvaluationNode | undefined, moreRounds: number): boolean {
  if (moreRounds > 0 || last?.outcome.kind !== 'given' || (macro !== 'all' && macro !== 'exists')) return false;
  return last.outcome.result === (macro === 'exists');
}

function variablesOf(trace: Trace, { variables }: Comprehension): Round['variables'] {
  return variables.map((variable) => ({
    name: variable.name,
    value: trace.frame.slots[trace.compiler.notes.slots.get(variable) ?? 0] ?? null,
  }));
}

/** A literal says what it is, and a variable that holds a whole resource says too much. */
function isTelling(trace: Trace, node: Expression): boolean {
  if (node.kind === 'literal') return false;
  if (node.kind === 'list') return node.items.some(({ value }) => value.kind !== 'literal');
  const value = node.kind === 'name' ? valueOfNode(trace, node) : null;
  return stops(value) || !isMap(value);
}

function skipped(node: Expression): EvaluationNode {
  return { span: node.span, outcome: { kind: 'skipped' }, parts: [], rounds: [], moreRounds: 0 };
}
