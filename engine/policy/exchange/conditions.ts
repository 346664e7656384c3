/** `where` taken apart and put together again: what an export takes apart, an import puts together just so. */
import { children, type Expression } from '../../cel/syntax/expression.ts';
import { parse } from '../../cel/syntax/parse.ts';
import { conjunctsOf, literalOf } from './rewrite.ts';

/** The conditions of a chain of `&&`, each as one writes it; the text itself where it does not parse. */
export function conditionsIn(text: string): readonly string[] {
  const { root, problems } = parse(text);
  if (problems.length > 0) return [text];
  return conjunctsOf(root).map(({ span }) => plain(text.slice(span.start, span.end)));
}

/** All of the conditions as one. */
export function allOf(conditions: readonly string[]): string {
  const [first = '', ...others] = conditions.flatMap(conditionsIn);
  return others.length === 0 ? first : [first, ...others].map(operand).join(' && ');
}

/** An operand of `&&`: in parentheses where it would be taken apart. */
function operand(text: string): string {
  const { root } = parse(text);
  const isWeaker = root.kind === 'conditional' || (root.kind === 'logical' && root.operator === '||');
  return isWeaker && children(root)[0]?.span.start === root.span.start ? `(${text})` : text;
}

/** A condition on kinds alone. */
export function kindIn(kinds: readonly string[]): string {
  return kinds.length === 1 ? `self.kind == ${literalOf(kinds[0])}` : `self.kind in ${literalOf(kinds)}`;
}

/** A condition on the version alone, of whatever group. */
export function ofVersions(versions: readonly string[]): string {
  const each = versions.flatMap((version) => [
    `self.apiVersion == ${literalOf(version)}`,
    `self.apiVersion.endsWith(${literalOf(`/${version}`)})`,
  ]);
  return `(${each.join(' || ')})`;
}

/** What only says the kind or the version is written in one way, whoever wrote it. */
function plain(condition: string): string {
  const isPlain =
    /^self\.(?:kind|apiVersion)(?: == '[^'"\\]*'| in \[(?:'[^'"\\]*'(?:, )?)+\]|\.startsWith\('[^'"\\]*'\))$/;
  return isPlain.test(condition) ? condition.replaceAll("'", '"') : condition;
}

/** The kinds of which an object must be for a condition to hold; null where it says none. */
export function kindsAsked(condition: string): readonly string[] | null {
  const { root, problems } = parse(condition);
  return problems.length > 0 ? null : kindsOf(root);
}

function kindsOf(node: Expression): readonly string[] | null {
  if (node.kind === 'logical') {
    const parts = node.operands.map(kindsOf);
    if (node.operator === '&&') return parts.find((part) => part !== null) ?? null;
    const known = parts.filter((part) => part !== null);
    return known.length === parts.length ? [...new Set(known.flat())] : null;
  }
  if (node.kind !== 'operation' || (node.operator !== '==' && node.operator !== 'in')) return null;
  const [left, right] = node.operands;
  if (left === undefined || right === undefined || !isKind(left)) return null;
  const values = node.operator === '==' ? [right] : right.kind === 'list' ? right.items.map(({ value }) => value) : [];
  const kinds = values.flatMap((value) =>
    value.kind === 'literal' && typeof value.value === 'string' ? [value.value] : [],
  );
  return kinds.length > 0 && kinds.length === values.length ? kinds : null;
}

function isKind(node: Expression): boolean {
  return (
    node.kind === 'select' &&
    node.field === 'kind' &&
    !node.optional &&
    node.operand.kind === 'name' &&
    node.operand.name === 'self'
  );
}
