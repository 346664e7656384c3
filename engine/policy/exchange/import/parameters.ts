/** `params` of an admission policy: the object that holds the parameters is known, and so its values take their place. */
import { all } from '../../../cel/assist/describe.ts';
import type { Expression } from '../../../cel/syntax/expression.ts';
import { type Edit, literalOf, type Reading } from '../rewrite.ts';

/**
 * What takes the place of each mention: the value that is read, whether it is there, whether it is null. What is not there, or is asked
 * for in another way, is asked of the whole object. `isUntyped`: a value may be compared with anything, as it may there.
 */
export function parameterEdits(
  { root, mentions }: Pick<Reading, 'root' | 'mentions'>,
  params: unknown,
  isUntyped: boolean,
): readonly Edit[] {
  const nodes = all(root);
  const names = nodes.filter(
    (node) => node.kind === 'name' && mentions.some(({ name, span }) => name === 'params' && span === node.span),
  );
  return names.map((name) => {
    const { node, value } = followed(name, params, nodes);
    const test = nodes.find((one) => one.kind === 'has' && one.select.operand === node);
    if (test?.kind === 'has' && isMap(value))
      return { span: test.span, text: String(Object.hasOwn(value, test.select.field)) };
    const comparison = nodes.find((one) => isNullTest(one, node));
    if (comparison?.kind === 'operation')
      return { span: comparison.span, text: String((comparison.operator === '==') === (value === null)) };
    const isWhole = node === name;
    return { span: node.span, text: isUntyped || isWhole ? `dyn(${celOf(value)})` : celOf(value) };
  });
}

interface Found {
  /** What reads the value. */
  readonly node: Expression;
  readonly value: unknown;
}

/** `params.data.most` and `params.data["most"]`, as far as it goes. */
function followed(node: Expression, value: unknown, nodes: readonly Expression[]): Found {
  const outer = nodes.find((one) => (one.kind === 'select' || one.kind === 'index') && one.operand === node);
  const isTested = nodes.some((one) => one.kind === 'has' && one.select === outer);
  const key = outer === undefined || isTested ? null : keyOf(outer);
  if (outer === undefined || key === null || !isMap(value) || !Object.hasOwn(value, key)) return { node, value };
  return followed(outer, value[key], nodes);
}

function keyOf(node: Expression): string | null {
  if (node.kind === 'select') return node.optional ? null : node.field;
  if (node.kind !== 'index' || node.optional || node.index.kind !== 'literal') return null;
  return typeof node.index.value === 'string' ? node.index.value : null;
}

function isNullTest(node: Expression, operand: Expression): boolean {
  return (
    node.kind === 'operation' &&
    (node.operator === '==' || node.operator === '!=') &&
    node.operands.includes(operand) &&
    node.operands.some((one) => one.kind === 'literal' && one.value === null)
  );
}

function celOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(celOf).join(', ')}]`;
  if (!isMap(value)) return literalOf(value);
  const entries = Object.entries(value).map(([key, inner]) => `${literalOf(key)}: ${celOf(inner)}`);
  return `{${entries.join(', ')}}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
