/** CEL as the API server's compiler reads it: an object has no types there before it is judged. */
import { all } from '../../cel/assist/describe.ts';
import { type Checked, check } from '../../cel/check/check.ts';
import { declarationsOf } from '../../cel/check/declarations.ts';
import type { Expression } from '../../cel/syntax/expression.ts';
import { parse } from '../../cel/syntax/parse.ts';
import { dyn, formatType, type Type } from '../../cel/type.ts';

/** An expression that must give a bool: what could be anything is compared with `true`. */
export function asBool(text: string): string {
  return read(text).type.kind === 'bool' ? text : `(${text}) == true`;
}

/** Why the compiler would refuse an expression: it knows nothing of an object, but all of its own functions. */
export function compilerMisfit(text: string): string | null {
  const { root, notes } = read(text);
  const [wrong] = notes.problems;
  if (wrong !== undefined) return `the API server's CEL does not take it: ${wrong.message}`;
  const mixed = mixedLiteral(all(root), notes.types);
  return mixed === undefined
    ? null
    : `the API server's CEL takes no ${mixed.kind} of several types: \`${text.slice(mixed.span.start, mixed.span.end)}\``;
}

/**
 * A list or a map that is written out must be of one type. What is formatted need not (https://github.com/google/cel-go,
 * `HomogeneousAggregateLiteralExemptFunctions`), as long as what could be anything comes first.
 */
function mixedLiteral(nodes: readonly Expression[], known: ReadonlyMap<Expression, Type>): Expression | undefined {
  const formatted = new Set(nodes.filter((node) => node.kind === 'call' && node.name === 'format').flatMap(all));
  return nodes.find((node) => {
    const types = partsOf(node).map((part) => formatType(known.get(part) ?? dyn));
    const untyped = formatted.has(node) ? types.indexOf('dyn') : -1;
    return new Set(untyped === -1 ? types : types.slice(0, untyped)).size > 1;
  });
}

function partsOf(node: Expression): readonly Expression[] {
  if (node.kind === 'list') return node.items.map(({ value }) => value);
  return node.kind === 'map' ? node.entries.map(({ value }) => value) : [];
}

function read(text: string): Checked & { readonly root: Expression } {
  const { root } = parse(text);
  return { root, ...check(root, declarationsOf({ variables: { object: dyn, variables: dyn } })) };
}
