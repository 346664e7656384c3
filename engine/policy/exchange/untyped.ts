/** CEL as the API server's compiler reads it: an object has no types there before it is judged. */
import { all } from '../../cel/assist/describe.ts';
import { type Checked, check } from '../../cel/check/check.ts';
import { declarationsOf } from '../../cel/check/declarations.ts';
import type { Expression } from '../../cel/syntax/expression.ts';
import { parse } from '../../cel/syntax/parse.ts';
import { dyn, formatType } from '../../cel/type.ts';

/** An expression that must give a bool: what could be anything is compared with `true`. */
export function asBool(text: string): string {
  return read(text).type.kind === 'bool' ? text : `(${text}) == true`;
}

/**
 * Why the compiler would refuse a list or a map that is written out: what is in it must be of one type. What is formatted need not
 * (https://github.com/google/cel-go, `HomogeneousAggregateLiteralExemptFunctions`), as long as what could be anything comes first.
 */
export function literalMisfit(text: string): string | null {
  const { root, notes } = read(text);
  const nodes = all(root);
  const formatted = new Set(nodes.filter((node) => node.kind === 'call' && node.name === 'format').flatMap(all));
  const mixed = nodes.find((node) => {
    const types = partsOf(node).map((part) => formatType(notes.types.get(part) ?? dyn));
    const untyped = formatted.has(node) ? types.indexOf('dyn') : -1;
    return new Set(untyped === -1 ? types : types.slice(0, untyped)).size > 1;
  });
  return mixed === undefined
    ? null
    : `the API server's CEL takes no ${mixed.kind} of several types: \`${text.slice(mixed.span.start, mixed.span.end)}\``;
}

/** Why the compiler would refuse it otherwise: it knows no more of an object, but all of its own functions. */
export function typeMisfit(text: string): string | null {
  const [wrong] = read(text).notes.problems;
  return wrong === undefined ? null : `the API server's CEL does not take it: ${wrong.message}`;
}

function partsOf(node: Expression): readonly Expression[] {
  if (node.kind === 'list') return node.items.map(({ value }) => value);
  return node.kind === 'map' ? node.entries.map(({ value }) => value) : [];
}

function read(text: string): Checked & { readonly root: Expression } {
  const { root } = parse(text);
  return { root, ...check(root, declarationsOf({ variables: { object: dyn, variables: dyn } })) };
}
