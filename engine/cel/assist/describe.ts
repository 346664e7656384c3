/** What stands at a place in an expression, and where it was said: hover, signature help, definition, occurrences. */
import type { Span } from '../../model.ts';
import type { Environment } from '../index.ts';
import { children, type Expression, type Variable } from '../syntax/expression.ts';
import { macroUsages } from '../syntax/macro.ts';
import { dyn, formatType, type Type } from '../type.ts';
import { type Analysis, analyse, pathTo } from './analysis.ts';
import { signatureOf } from './complete.ts';

/** What a name means: CEL that says it, with a type or signatures. */
export interface Description {
  readonly span: Span;
  /** Lines of the form `self.name: string`. */
  readonly lines: readonly string[];
}

/** What stands at an offset; null between things. */
export function describe(source: string, offset: number, environment: Environment): Description | null {
  const analysis = analyse(source, environment);
  const path = pathTo(analysis.root, offset);
  for (const node of path.toReversed()) {
    const found = describeNode(analysis, node, offset);
    if (found !== null) return found;
  }
  return null;
}

function describeNode(analysis: Analysis, node: Expression, offset: number): Description | null {
  const text = (span: Span): string => analysis.source.slice(span.start, span.end).replace(/\s+/g, ' ');
  switch (node.kind) {
    case 'name':
      return touches(node.span, offset) ? typed(node.span, node.name, analysis.typeOf(node)) : null;
    case 'select':
      return touches(node.fieldSpan, offset)
        ? typed(node.fieldSpan, text(node.span), selectType(analysis, node))
        : null;
    case 'call': {
      const declaration = analysis.notes.calls.get(node)?.declaration;
      if (!touches(node.nameSpan, offset) || !declaration) return null;
      return {
        span: node.nameSpan,
        lines: declaration.overloads.map((overload) => signatureOf(declaration, overload)),
      };
    }
    case 'comprehension': {
      if (touches(node.macroSpan, offset)) {
        const result = analysis.typeOf(node);
        return {
          span: node.macroSpan,
          lines: [macroUsages.get(node.macro) ?? node.macro, `gives ${formatType(result)}`],
        };
      }
      return describeVariable(analysis, node.variables, offset);
    }
    case 'bind':
    case 'optionalMap':
      return describeVariable(analysis, [node.variable], offset);
    default:
      return null;
  }
}

/** A selection inside `has()` has no type of its own in the notes: it is never evaluated. */
function selectType(analysis: Analysis, node: Extract<Expression, { kind: 'select' }>): Type {
  const known = analysis.typeOf(node);
  const operand = analysis.typeOf(node.operand);
  const isDeclared = known.kind === 'dyn' && operand.kind === 'object' && Object.hasOwn(operand.fields, node.field);
  return isDeclared ? (operand.fields[node.field] ?? dyn) : known;
}

function describeVariable(analysis: Analysis, variables: readonly Variable[], offset: number): Description | null {
  const variable = variables.find(({ span }) => touches(span, offset));
  return variable === undefined ? null : typed(variable.span, variable.name, analysis.variableType(variable));
}

function typed(span: Span, name: string, type: Type): Description {
  return { span, lines: [`${name}: ${formatType(type)}`] };
}

/** A call that is being written: its forms, and which argument the cursor is in. */
export interface Signatures {
  readonly labels: readonly string[];
  /** From 0. */
  readonly argument: number;
}

/** The innermost call around an offset; null outside of parentheses. */
export function signatures(source: string, offset: number, environment: Environment): Signatures | null {
  const analysis = analyse(source, environment);
  const calls = callsIn(analysis.root).filter(
    ({ nameSpan, node }) => nameSpan.end < offset && offset <= endOf(node, source),
  );
  const innermost = calls.sort((a, b) => b.nameSpan.start - a.nameSpan.start)[0];
  if (innermost === undefined) return null;
  const open = source.indexOf('(', innermost.nameSpan.end);
  if (open < 0 || open >= offset) return null;
  const labels = labelsOf(analysis, innermost.node);
  return labels.length === 0 ? null : { labels, argument: commasBetween(source, open + 1, offset) };
}

/** Behind the closing parenthesis the call is written; where it is missing, the call goes on. */
function endOf({ span }: Expression, source: string): number {
  return source[span.end - 1] === ')' ? span.end - 1 : source.length;
}

interface Written {
  readonly node: Expression;
  readonly nameSpan: Span;
}

function callsIn(node: Expression): readonly Written[] {
  const own: readonly Written[] =
    node.kind === 'call'
      ? [{ node, nameSpan: node.nameSpan }]
      : node.kind === 'comprehension'
        ? [{ node, nameSpan: node.macroSpan }]
        : [];
  return [...own, ...children(node).flatMap(callsIn)];
}

function labelsOf(analysis: Analysis, node: Expression): readonly string[] {
  if (node.kind === 'comprehension') return (macroUsages.get(node.macro) ?? '').split(' or ');
  if (node.kind !== 'call') return [];
  const declaration = analysis.notes.calls.get(node)?.declaration;
  if (declaration) return declaration.overloads.map((overload) => signatureOf(declaration, overload));
  return node.target === null ? [] : (macroUsages.get(node.name)?.split(' or ') ?? []);
}

/** Commas at the call's own depth. */
function commasBetween(source: string, start: number, end: number): number {
  let depth = 0;
  let commas = 0;
  for (const [piece] of source.slice(start, end).matchAll(/'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|[()[\]{},]/g)) {
    if ('([{'.includes(piece)) depth++;
    else if (')]}'.includes(piece)) depth--;
    else if (piece === ',' && depth === 0) commas++;
  }
  return commas;
}

/** Everywhere that the variable at an offset is named, where it is made first; none where there is no macro's variable. */
export function occurrences(source: string, offset: number, environment: Environment): readonly Span[] {
  const { root, notes } = analyse(source, environment);
  const nodes = all(root);
  const made = [...notes.slots].find(([{ span }]) => touches(span, offset));
  const named = nodes.find((node) => node.kind === 'name' && touches(node.span, offset));
  const reference = named === undefined ? undefined : notes.references.get(named);
  const slot = made?.[1] ?? (reference?.kind === 'slot' ? reference.slot : undefined);
  const variable = [...notes.slots].find(([, of]) => of === slot)?.[0];
  if (variable === undefined) return [];
  const uses = nodes.filter((node) => {
    const to = node.kind === 'name' ? notes.references.get(node) : undefined;
    return to?.kind === 'slot' && to.slot === slot;
  });
  return [variable.span, ...uses.map(({ span }) => span)];
}

/** Every expression of a tree, outer ones first; the selection inside `has()` counts. */
export function all(node: Expression): readonly Expression[] {
  const inner: readonly Expression[] = node.kind === 'has' ? [node.select] : children(node);
  return [node, ...inner.flatMap(all)];
}

function touches({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
