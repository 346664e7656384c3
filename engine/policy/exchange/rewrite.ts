/** CEL with some of its names replaced, and what in it another evaluator would not understand. */

import { all } from '../../cel/assist/describe.ts';
import { check } from '../../cel/check/check.ts';
import { declarationsOf } from '../../cel/check/declarations.ts';
import type { Environment } from '../../cel/index.ts';
import type { Expression } from '../../cel/syntax/expression.ts';
import { parse } from '../../cel/syntax/parse.ts';
import type { Span } from '../../model.ts';
import { isInApiServer } from './kubernetesApi.ts';

/** A checked expression, for those who rewrite it. */
export interface Reading {
  readonly source: string;
  readonly root: Expression;
  /** Each mention of a declared variable, not of a macro's. */
  readonly mentions: readonly {
    readonly name: string;
    readonly span: Span;
    readonly field: string | null;
    readonly whole: Span;
  }[];
  /** Functions that are called, by name, which the API server does not have. */
  readonly foreign: readonly string[];
}

/** Reads an expression. Null where it does not parse. */
export function readExpression(source: string, environment: Environment): Reading | null {
  const { root, problems } = parse(source);
  if (problems.length > 0) return null;
  const { notes } = check(root, declarationsOf(environment));
  const nodes = all(root);
  const mentions = nodes.flatMap((node) => {
    if (node.kind !== 'name') return [];
    const to = notes.references.get(node);
    if (to === undefined || to.kind === 'constant') return [];
    const isLocal = to.kind === 'slot' && [...notes.slots.values()].includes(to.slot);
    if (isLocal) return [];
    const outer = nodes.find((one) => one.kind === 'select' && one.operand === node);
    const field = outer?.kind === 'select' ? outer.field : null;
    return [{ name: node.name, span: node.span, field, whole: outer?.span ?? node.span }];
  });
  const foreign = nodes.flatMap((node) => {
    if (node.kind === 'bind') return ['cel.bind'];
    if (node.kind !== 'call') return [];
    const declaration = notes.calls.get(node)?.declaration;
    return declaration === null || declaration === undefined || isInApiServer(declaration) ? [] : [declaration.name];
  });
  return { source, root, mentions, foreign: [...new Set(foreign)] };
}

/** The source with stretches replaced; they do not overlap. */
export function replaceSpans(source: string, edits: readonly { readonly span: Span; readonly text: string }[]): string {
  return [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((text, { span, text: by }) => text.slice(0, span.start) + by + text.slice(span.end), source);
}

/** A text or another plain value as CEL writes it. */
export function literalOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  return String(value);
}

/** The parts of a chain of `&&`, outermost; the expression itself where it is none. */
export function conjunctsOf(root: Expression): readonly Expression[] {
  return root.kind === 'logical' && root.operator === '&&' ? root.operands.flatMap(conjunctsOf) : [root];
}
