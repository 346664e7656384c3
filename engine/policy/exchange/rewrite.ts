/** CEL with some of its names replaced, and what in it another evaluator would not understand. */

import { all } from '../../cel/assist/describe.ts';
import { check } from '../../cel/check/check.ts';
import { declarationsOf } from '../../cel/check/declarations.ts';
import type { Environment } from '../../cel/index.ts';
import type { Call, Expression } from '../../cel/syntax/expression.ts';
import { parse } from '../../cel/syntax/parse.ts';
import { dyn, type Type } from '../../cel/type.ts';
import { Double } from '../../cel/value.ts';
import type { Span } from '../../model.ts';
import { isInApiServer } from './kubernetesApi.ts';

/** What takes the place of a stretch of an expression. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** A place where a declared variable is read. */
export interface Mention {
  readonly name: string;
  readonly span: Span;
  /** The field that is read of it, where one is: `a` in `self.a`, `self.?a` and `has(self.a)`. */
  readonly field: string | null;
  /** The mention with its field. */
  readonly whole: Span;
  /** Whether `whole` is just the field's value, and can be replaced by one. */
  readonly isValue: boolean;
}

/** A checked expression, for those who rewrite it. */
export interface Reading {
  readonly source: string;
  readonly root: Expression;
  /** Not those of a macro's variable. */
  readonly mentions: readonly Mention[];
  /** Each place of a macro's variable: where it is made, and where it is used. */
  readonly locals: readonly { readonly name: string; readonly span: Span }[];
  /** Why the API server would not evaluate it, or not in the same way. */
  readonly misfits: readonly string[];
  /** What says the same without Kerb's `textOf` and `listOf`, where the type that is declared is the only one there can be. */
  readonly plainer: readonly Edit[];
}

/** Reads an expression. Null where it does not parse. */
export function readExpression(source: string, environment: Environment): Reading | null {
  const { root, problems } = parse(source);
  if (problems.length > 0) return null;
  const { notes } = check(root, declarationsOf(environment));
  const nodes = all(root);
  const slots = new Set(notes.slots.values());
  const isLocal = (node: Expression): boolean => {
    const to = notes.references.get(node);
    return to?.kind === 'slot' && slots.has(to.slot);
  };
  const mentions = nodes.flatMap((node): readonly Mention[] => {
    const to = notes.references.get(node);
    if (node.kind !== 'name' || to === undefined || to.kind === 'constant' || isLocal(node)) return [];
    const outer = nodes.find((one) => one.kind === 'select' && one.operand === node);
    if (outer?.kind !== 'select') return [{ ...nameOf(node), field: null, whole: node.span, isValue: false }];
    const isTested = nodes.some((one) => one.kind === 'has' && one.select === outer);
    return [{ ...nameOf(node), field: outer.field, whole: outer.span, isValue: !outer.optional && !isTested }];
  });
  const used = nodes.flatMap((node) => (node.kind === 'name' && isLocal(node) ? [nameOf(node)] : []));
  const plainer = new Map(
    nodes.flatMap((node) => {
      const edits = node.kind === 'call' ? withoutCoercion(node, notes.types) : null;
      return edits === null ? [] : [[node, edits] as const];
    }),
  );
  const misfits = nodes.flatMap((node) => {
    const macro = node.kind === 'comprehension' ? source.slice(node.macroSpan.start, node.macroSpan.end) : null;
    if (macro === 'sortBy' || (macro === 'existsOne' && node.kind === 'comprehension' && node.variables.length === 1))
      return [missing(macro)];
    if (node.kind === 'bind') return [missing('cel.bind')];
    const call = node.kind === 'call' && !plainer.has(node) ? notes.calls.get(node) : undefined;
    if (call === undefined || call.declaration === null) return [];
    if (!isInApiServer(call.declaration)) return [missing(call.declaration.name)];
    return call.declaration.name === 'format' && !isPlainFormat(call.args, notes.types) ? [formatted] : [];
  });
  return {
    source,
    root,
    mentions,
    locals: [...[...notes.slots.keys()].map(nameOf), ...used],
    misfits: [...new Set(misfits)],
    plainer: [...plainer.values()].flat(),
  };
}

function missing(name: string): string {
  return `the API server's CEL has no ${name}()`;
}

const formatted =
  'the API server writes doubles, lists and maps in another way: format() with %e, %f, or one of these is not the same';

/** Whether a text is put together from texts, whole numbers and the like, which look the same everywhere. */
function isPlainFormat([pattern, values]: readonly Expression[], types: ReadonlyMap<Expression, Type>): boolean {
  if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string' || values?.kind !== 'list') return false;
  const isPlain = values.items.every(({ value }) => plainKinds.has(types.get(value)?.kind ?? 'dyn'));
  return isPlain && !/%(?:\.\d+)?[ef]/.test(pattern.value);
}

const plainKinds: ReadonlySet<Type['kind']> = new Set(['string', 'int', 'uint', 'bool', 'null', 'bytes']);

/** `textOf(a.?b)` of a declared text is `a.?b.orValue("")`; null where it may be anything else. */
function withoutCoercion(call: Call, types: ReadonlyMap<Expression, Type>): readonly Edit[] | null {
  const fallback = { textOf: '""', listOf: '[]' }[call.name];
  const [argument] = call.args;
  if (fallback === undefined || call.target !== null || argument === undefined) return null;
  const type = types.get(argument) ?? dyn;
  const inner = type.kind === 'optional' ? type.value : type;
  if (inner.kind !== (call.name === 'textOf' ? 'string' : 'list')) return null;
  return [
    { span: { start: call.span.start, end: argument.span.start }, text: '' },
    {
      span: { start: argument.span.end, end: call.span.end },
      text: type.kind === 'optional' ? `.orValue(${fallback})` : '',
    },
  ];
}

function nameOf({ name, span }: { readonly name: string; readonly span: Span }) {
  return { name, span };
}

/** The expression with stretches replaced, and without comments around it, which would swallow what is put behind it. */
export function rewritten({ source, root }: Reading, edits: readonly Edit[]): string {
  const { start, end } = root.span;
  const around = [
    { span: { start: 0, end: start }, text: '' },
    { span: { start: end, end: source.length }, text: '' },
  ];
  return replaceSpans(source, [...edits, ...around]);
}

/** The source with stretches replaced; they do not overlap. */
function replaceSpans(source: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((text, { span, text: by }) => text.slice(0, span.start) + by + text.slice(span.end), source);
}

/** A text or another plain value as CEL writes it. */
export function literalOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  return value instanceof Double ? `${value.value}.0` : String(value);
}

/** The parts of a chain of `&&`, outermost; the expression itself where it is none. */
export function conjunctsOf(root: Expression): readonly Expression[] {
  return root.kind === 'logical' && root.operator === '&&' ? root.operands.flatMap(conjunctsOf) : [root];
}
