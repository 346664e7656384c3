/**
 * What an exported policy costs the API server, in Kubernetes' units, against the budgets that it enforces while it admits an
 * object (k8s.io/apiserver/pkg/apis/cel). Counted as cel-go counts: one for reading a name or a field and for a call, a tenth
 * for each character that a function goes through, a macro's body once for each element.
 *
 * Admission knows no bounds of what is in an object, so that the estimate is that of a large one, see `large`. All parts of
 * `&&` and `||` count, and of a condition the dearer side, since nothing is known of their values.
 */
import { children, type Expression } from '../../cel/syntax/expression.ts';
import { parse } from '../../cel/syntax/parse.ts';
import type { Rules } from './exportAdmission.ts';

/** What the API server allows: one expression, all of a policy together, and its match conditions together. */
const budgets = { expression: 1_000_000, policy: 10_000_000, matchConditions: 2_500_000 } as const;

/** The object that is reckoned with: elements of each list and map in it, and characters of each text. */
const large = { elements: 32, characters: 128 } as const;

type Priceable = Pick<Rules, 'matchConditions' | 'variables' | 'expression' | 'messageExpression'>;

/** Why the API server would give up on a large object; null where it would not. */
export function overBudget(rules: Priceable): string | null {
  const { conditions, validation } = pricesOf(rules);
  const priced: readonly (readonly [price: Priced, budget: number])[] = [
    ...[...conditions, ...validation].map((price) => [price, budgets.expression] as const),
    [{ what: 'the whole policy', cost: sum(validation) }, budgets.policy],
    [{ what: 'the match conditions', cost: sum(conditions) }, budgets.matchConditions],
  ];
  const over = priced.find(([{ cost }, budget]) => cost > budget);
  return over === undefined ? null : excess(...over);
}

interface Priced {
  readonly what: string;
  readonly cost: number;
}

/** A variable is evaluated once, however often it is read. */
function pricesOf({ matchConditions, variables, expression, messageExpression }: Priceable) {
  const known = new Map<string, Extent>();
  const price = (what: string, source: string): Priced => ({ what, cost: estimate(parse(source).root, known).cost });
  const validation = variables.map(({ name, expression: source }) => {
    const { cost, extent } = estimate(parse(source).root, known);
    known.set(`variables.${name}`, extent);
    return { what: `the variable \`${name}\``, cost };
  });
  return {
    conditions: matchConditions.map(({ name, expression: source }) => price(`the match condition ${name}`, source)),
    validation: [...validation, price('the rule', expression), price('the message', messageExpression)],
  };
}

function sum(parts: readonly Priced[]): number {
  return parts.reduce((total, { cost }) => total + cost, 0);
}

function excess({ what, cost }: Priced, budget: number): string {
  const [about, most] = [Number(cost.toPrecision(2)), budget].map((one) => one.toLocaleString('en-US'));
  const object = `an object with ${large.elements} elements in each list`;
  return `over budget for the API server: for ${object}, ${what} would cost about ${about} units of ${most} allowed`;
}

/** How large a value can be. What it is, is not known: a text has characters, a list or a map elements. */
interface Extent {
  readonly elements: number;
  readonly characters: number;
  /** Null: as in a large object. */
  readonly element: Extent | null;
}

interface Estimate {
  readonly cost: number;
  readonly extent: Extent;
}

const unknown: Extent = { ...large, element: null };
const plain: Extent = { elements: 1, characters: 1, element: null };

/** Variables of macros, and the policy's own as `variables.name`. */
type Scope = ReadonlyMap<string, Extent>;

function estimate(node: Expression, scope: Scope): Estimate {
  switch (node.kind) {
    case 'literal':
      return { cost: 0, extent: { ...plain, characters: typeof node.value === 'string' ? node.value.length : 1 } };
    case 'name':
      return { cost: 1, extent: scope.get(node.name) ?? unknown };
    case 'select':
      return selected(node, scope);
    case 'list':
      return listed(node, scope);
    case 'call':
      return called(node, scope);
    case 'operation':
      return operated(node, scope);
    case 'comprehension':
      return repeated(node, scope);
    case 'conditional':
      return chosen(node, scope);
    case 'bind':
      return bound(node.variable.name, node.value, node.body, scope);
    case 'optionalMap':
      return bound(node.variable.name, node.operand, node.body, scope);
    default:
      return { cost: 1 + costOf(children(node).map((child) => estimate(child, scope))), extent: unknown };
  }
}

function costOf(estimates: readonly Estimate[]): number {
  return estimates.reduce((total, { cost }) => total + cost, 0);
}

function selected({ operand, field }: Extract<Expression, { kind: 'select' }>, scope: Scope): Estimate {
  const { cost, extent } = estimate(operand, scope);
  const own = operand.kind === 'name' ? scope.get(`${operand.name}.${field}`) : undefined;
  return { cost: cost + 1, extent: own ?? extent.element ?? unknown };
}

/** Making a list costs ten units. */
function listed({ items }: Extract<Expression, { kind: 'list' }>, scope: Scope): Estimate {
  const values = items.map(({ value }) => estimate(value, scope));
  const element = values.map(({ extent }) => extent).reduce(larger, plain);
  return { cost: 10 + costOf(values), extent: { elements: items.length, characters: 1, element } };
}

function larger(a: Extent, b: Extent): Extent {
  return {
    elements: Math.max(a.elements, b.elements),
    characters: Math.max(a.characters, b.characters),
    element: a.element === null || b.element === null ? null : larger(a.element, b.element),
  };
}

function chosen(node: Extract<Expression, { kind: 'conditional' }>, scope: Scope): Estimate {
  const [positive, negative] = [estimate(node.positive, scope), estimate(node.negative, scope)];
  return {
    cost: estimate(node.condition, scope).cost + Math.max(positive.cost, negative.cost),
    extent: larger(positive.extent, negative.extent),
  };
}

/** A call costs one unit, and what the function goes through. */
function called({ target, name, args }: Extract<Expression, { kind: 'call' }>, scope: Scope): Estimate {
  const [of = { cost: 0, extent: plain }, ...further] = [...(target === null ? [] : [target]), ...args].map((part) =>
    estimate(part, scope),
  );
  const inner = of.cost + costOf(further);
  const work = workOf(name, of.extent, further[0]?.extent ?? plain);
  return { cost: inner + 1 + work, extent: handsOn.has(name) ? of.extent : unknown };
}

/** Functions that answer what they were called on. */
const handsOn: ReadonlySet<string> = new Set(['orValue', 'or', 'of', 'ofNonZeroValue', 'dyn', 'sort', 'lowerAscii']);
/** Functions that look at no more than whether something is there, or how much of it. */
const constant: ReadonlySet<string> = new Set([
  'size',
  'orValue',
  'or',
  'of',
  'none',
  'hasValue',
  'value',
  'dyn',
  'type',
]);
const searching: ReadonlySet<string> = new Set(['contains', 'indexOf', 'lastIndexOf', 'replace']);
const matching: ReadonlySet<string> = new Set(['matches', 'find', 'findAll']);

function workOf(name: string, { characters }: Extent, sought: Extent): number {
  if (constant.has(name)) return 0;
  if (name === 'startsWith' || name === 'endsWith') return sought.characters / 10;
  if (searching.has(name)) return (characters / 10) * Math.max(1, sought.characters / 10);
  if (matching.has(name)) return (characters / 10) * Math.max(1, sought.characters / 4);
  return characters / 10;
}

/** Comparing goes through both texts as far as they are alike; `in` through a list; `+` through what both were. */
function operated({ operator, operands }: Extract<Expression, { kind: 'operation' }>, scope: Scope): Estimate {
  const parts = operands.map((operand) => estimate(operand, scope));
  const [left = plain, right = plain] = parts.map(({ extent }) => extent);
  const cost = 1 + costOf(parts);
  switch (operator) {
    case 'in':
      return { cost: cost + right.elements, extent: plain };
    case '==':
    case '!=':
      return { cost: cost + Math.min(left.characters, right.characters) / 10, extent: plain };
    case '+':
      return { cost: cost + (left.characters + right.characters) / 10, extent: joined(left, right) };
    default:
      return { cost, extent: plain };
  }
}

function joined(a: Extent, b: Extent): Extent {
  const { element } = larger(a, b);
  return { elements: a.elements + b.elements, characters: a.characters + b.characters, element };
}

/** Each round costs the body, and two units for going on. */
function repeated(node: Extract<Expression, { kind: 'comprehension' }>, scope: Scope): Estimate {
  const range = estimate(node.range, scope);
  const element = range.extent.element ?? unknown;
  const inside = new Map([...scope, ...node.variables.map(({ name }): [string, Extent] => [name, element])]);
  const body = estimate(node.body, inside);
  const round = 2 + body.cost + (node.filter === null ? 0 : estimate(node.filter, inside).cost);
  return { cost: 1 + range.cost + range.extent.elements * round, extent: gathered(node, range.extent, body.extent) };
}

function gathered({ macro }: Extract<Expression, { kind: 'comprehension' }>, range: Extent, body: Extent): Extent {
  if (macro === 'filter' || macro === 'sortBy') return range;
  if (macro === 'all' || macro === 'exists' || macro === 'existsOne') return plain;
  return { elements: range.elements, characters: 1, element: body };
}

function bound(name: string, value: Expression, body: Expression, scope: Scope): Estimate {
  const given = estimate(value, scope);
  const inner = estimate(body, new Map([...scope, [name, given.extent]]));
  return { cost: 1 + given.cost + inner.cost, extent: inner.extent };
}
