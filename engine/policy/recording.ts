/**
 * An evaluation written down step by step, so that it can be walked through, forwards and backwards. An expression has no
 * effects: what is replayed is what happened.
 */
import type { EvaluationNode } from '../cel/blame/tree.ts';
import { compile } from '../cel/index.ts';
import { CelError, type CelValue, isMap } from '../cel/value.ts';
import { judge } from '../evaluate.ts';
import { createMasker } from '../evaluation/maskAll.ts';
import type { Span } from '../model.ts';
import { Unknown } from '../model.ts';
import { quoted } from './celText.ts';
import { type EvaluationRequest, evaluationsOf, type PolicyEvaluation } from './evaluations.ts';
import type { Expression, Policy } from './policy.ts';
import { scalarPlaces } from './scalar.ts';
import { shown, wordsFor } from './why.ts';

/** A part of a policy's expressions. */
interface RecordedNode {
  readonly field: 'where' | 'require';
  /** In the policy's file. */
  readonly span: Span;
  /** On one line. */
  readonly source: string;
  /** The index of the node that holds it; null for a whole expression. */
  readonly parent: number | null;
}

/** A part that was evaluated. Its own parts come before it. */
interface RecordedStep {
  /** Index of the resource. */
  readonly resource: number;
  /** Index of the node. */
  readonly node: number;
  readonly value: string;
  /** Variables of macros, the outermost first. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

/** A value at a step, and the expressions of what is in it. */
interface Inspected {
  readonly value: string;
  readonly parts: readonly { readonly name: string; readonly expression: string }[];
}

export interface Recording {
  readonly resources: readonly string[];
  readonly nodes: readonly RecordedNode[];
  readonly steps: readonly RecordedStep[];
  /** Steps beyond those that are kept. */
  readonly omitted: number;
  /** What a step's expressions see by name. */
  namesAt(step: number): readonly string[];
  /** Any expression, evaluated where a step was. Never throws. */
  inspect(step: number, expression: string): Inspected;
}

const maxSteps = 20_000;
const maxParts = 200;
const maxExpression = 10_000;
const inspectCost = 200_000;

/** Records a policy on every resource of a file. No steps where it is off or judges nothing there. */
export function recordEvaluation(request: EvaluationRequest): Recording {
  const { file, policies, id, native, context } = request;
  const policy = policies.policies.find((enabled) => enabled.policy.id === id)?.policy;
  const evaluations = policy === undefined ? [] : evaluationsOf(request);
  const { secrets } = judge(file, { policies, native, context });
  const mask = createMasker(secrets.map(({ start, end }) => file.text.slice(start, end)));
  const words = (result: CelValue | CelError): string => shown(mask(wordsFor(result)));
  const tape = createTape();
  if (policy !== undefined)
    for (const [resource, evaluation] of evaluations.entries()) recordOne(policy, evaluation, resource, tape);
  return {
    resources: evaluations.map(({ resource }) => mask(resource)),
    nodes: tape.nodes,
    steps: tape.steps.map(({ resource, node, result, variables }) => ({
      resource,
      node,
      value: words(result),
      variables: variables.map(({ name, value }) => ({ name, value: words(value) })),
    })),
    omitted: tape.omitted(),
    namesAt: (step) => namesIn(scopeAt(tape, evaluations, step)),
    inspect: (step, expression) => inspect(scopeAt(tape, evaluations, step), expression, mask),
  };
}

interface TapedStep {
  readonly resource: number;
  readonly node: number;
  readonly result: CelValue | CelError;
  readonly variables: readonly { readonly name: string; readonly value: CelValue | CelError }[];
}

interface Tape {
  readonly nodes: RecordedNode[];
  readonly steps: TapedStep[];
  /** The index of a node, made when it is first met. */
  nodeAt(node: RecordedNode): number;
  add(step: TapedStep): void;
  omitted(): number;
}

function createTape(): Tape {
  const nodes: RecordedNode[] = [];
  const steps: TapedStep[] = [];
  const known = new Map<string, number>();
  let omitted = 0;
  return {
    nodes,
    steps,
    nodeAt(node) {
      const key = `${node.field} ${node.span.start} ${node.span.end} ${node.parent}`;
      const index = known.get(key) ?? nodes.push(node) - 1;
      known.set(key, index);
      return index;
    },
    add(step) {
      if (steps.length < maxSteps) steps.push(step);
      else omitted++;
    },
    omitted: () => omitted,
  };
}

function recordOne(policy: Policy, { where, require }: PolicyEvaluation, resource: number, tape: Tape): void {
  const record = (field: RecordedNode['field'], expression: Expression, root: EvaluationNode): void => {
    const places = scalarPlaces(policy.source, expression);
    const visit = (node: EvaluationNode, parent: number | null, variables: TapedStep['variables']): void => {
      if (node.outcome.kind === 'skipped') return;
      const index = tape.nodeAt({
        field,
        span: places.toFile(node.span),
        source: expression.text.slice(node.span.start, node.span.end).replace(/\s+/g, ' '),
        parent,
      });
      for (const part of node.parts) visit(part, index, variables);
      for (const round of node.rounds) visit(round.body, index, [...variables, ...round.variables]);
      tape.add({ resource, node: index, result: node.outcome.result, variables });
    };
    visit(root, null, []);
  };
  if (where !== null && policy.where !== null) record('where', policy.where, where);
  if (require !== null && policy.rule.kind === 'require') record('require', policy.rule.require, require);
}

type Names = Readonly<Record<string, CelValue | CelError>>;

function scopeAt(tape: Tape, evaluations: readonly PolicyEvaluation[], step: number): Names {
  const taped = tape.steps[step];
  const scope: Record<string, CelValue | CelError> = Object.create(null);
  if (taped === undefined) return scope;
  Object.assign(scope, evaluations[taped.resource]?.scope);
  for (const { name, value } of taped.variables) scope[name] = value;
  return scope;
}

/** The closest first: variables of macros and elements, then `self` and what is around it. */
function namesIn(scope: Names): readonly string[] {
  return Object.keys(scope).reverse();
}

function inspect(scope: Names, expression: string, mask: (text: string) => string): Inspected {
  const values = Object.fromEntries(
    Object.entries(scope).filter((entry): entry is [string, CelValue] => !(entry[1] instanceof CelError)),
  );
  const variables = Object.fromEntries(Object.keys(values).map((name) => [name, { kind: 'dyn' } as const]));
  if (expression.length > maxExpression) return { value: 'error: the expression is too long', parts: [] };
  const { program, problems } = compile(expression, { variables, types: 'unchecked' });
  if (program === null) return { value: `error: ${problems[0]?.message ?? 'not an expression'}`, parts: [] };
  const found = program.evaluate(values, { cost: inspectCost });
  if (found.kind === 'error') return { value: `error: ${mask(found.message)}`, parts: [] };
  if (found.kind === 'unknown') return { value: 'unknown', parts: [] };
  return { value: shown(mask(wordsFor(found.value))), parts: partsOf(found.value, expression, mask) };
}

function partsOf(value: CelValue, expression: string, mask: (text: string) => string): Inspected['parts'] {
  const inner = /^[\w.[\]'"]+$/.test(expression) ? expression : `(${expression})`;
  if (Array.isArray(value)) {
    const items = value as readonly CelValue[];
    return items.slice(0, maxParts).map((_, index) => ({ name: String(index), expression: `${inner}[${index}]` }));
  }
  if (typeof value !== 'object' || value === null || value instanceof Unknown || !isMap(value)) return [];
  // What adapters lift has texts as keys; a map that an expression made may have others, and shows as a whole.
  if (value instanceof Map) return [];
  return Object.keys(value)
    .slice(0, maxParts)
    .map((key) => ({ name: mask(key), expression: `${inner}[${quoted(key)}]` }));
}
