/** Mutations of a CEL expression: an operator turned round, a part left out, a constant changed. */
import { children, type Expression, type Literal, type Operation } from '../../cel/syntax/expression.ts';
import { parse } from '../../cel/syntax/parse.ts';
import type { Span } from '../../model.ts';
import { type Change, quoted } from './change.ts';
import { regexChanges } from './regex.ts';

/** Every mutation of an expression, in the order of the tree; none of one that does not parse. */
export function expressionChanges(source: string): readonly Change[] {
  const { root, problems } = parse(source);
  if (problems.length > 0) return [];
  const changes: Change[] = [];
  walk(root, 'value', (node, role) => changes.push(...changesOf(node, role, source)));
  return changes;
}

/** What an expression stands for in its parent, where that matters: a default and a pattern are changed in their own way. */
type Role = 'value' | 'default' | 'regex';

function walk(node: Expression, role: Role, visit: (node: Expression, role: Role) => void): void {
  visit(node, role);
  for (const child of children(node)) walk(child, roleIn(node, child, role), visit);
}

function roleIn(parent: Expression, child: Expression, role: Role): Role {
  if (parent.kind === 'operation' && parent.operator === '+') return role;
  if (parent.kind !== 'call' || !parent.args.includes(child)) return 'value';
  if (parent.name === 'orValue') return 'default';
  return parent.name === 'matches' ? 'regex' : 'value';
}

function changesOf(node: Expression, role: Role, source: string): readonly Change[] {
  switch (node.kind) {
    case 'literal':
      return literalChanges(node, role, source);
    case 'logical': {
      const neutral = node.operator === '&&' ? 'true' : 'false';
      const left = node.operands.map(({ span }) => replacing(span, neutral, `without ${textOf(span, source)}`));
      return [swapped(node.operands, node.operator, source), ...left];
    }
    case 'operation':
      return operationChanges(node, source);
    case 'conditional': {
      const { span } = node.condition;
      return ['true', 'false'].map((value) => replacing(span, value, `${textOf(span, source)} is always ${value}`));
    }
    case 'comprehension': {
      const other = { all: 'exists', exists: 'all' }[node.macro as string];
      return other === undefined ? [] : [replacing(node.macroSpan, other, `\`${node.macro}\` becomes \`${other}\``)];
    }
    default:
      return [];
  }
}

const opposites: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
};

function operationChanges({ operator, operatorSpan, span }: Operation, source: string): readonly Change[] {
  const other = opposites[operator];
  if (other !== undefined) return [replacing(operatorSpan, other, `\`${operator}\` becomes \`${other}\``)];
  if (operator === '!') return [replacing(operatorSpan, '', `without the \`!\` of ${textOf(span, source)}`)];
  if (operator !== 'in') return [];
  return [replacing(span, `!(${source.slice(span.start, span.end)})`, `${textOf(span, source)} is turned round`)];
}

/** `a && b && c` with the other operator throughout. */
function swapped(operands: readonly Expression[], operator: '&&' | '||', source: string): Change {
  const other = operator === '&&' ? '||' : '&&';
  const start = operands[0]?.span.end ?? 0;
  const end = operands.at(-1)?.span.start ?? start;
  let text = '';
  for (const [index, { span }] of operands.entries()) {
    const next = operands[index + 1];
    if (index > 0 && next !== undefined) text += source.slice(span.start, span.end);
    if (next !== undefined) text += source.slice(span.end, next.span.start).replace(operator, other);
  }
  return replacing({ start, end }, text, `\`${operator}\` becomes \`${other}\``);
}

function literalChanges({ value, span }: Literal, role: Role, source: string): readonly Change[] {
  if (typeof value === 'boolean') return [replacing(span, String(!value), `\`${value}\` becomes \`${!value}\``)];
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    const written = source.slice(span.start, span.end);
    if (!/^\d{1,9}$/.test(written)) return [];
    // What a missing number is taken for matters by being none, not by being one more.
    if (role === 'default' && Number(written) !== 0) return [replacing(span, '0', `\`${written}\` becomes 0`)];
    return [replacing(span, String(Number(written) + 1), `\`${written}\` becomes one more`)];
  }
  // What stands in for a missing text is seldom told apart from any other text that means nothing.
  if (typeof value !== 'string' || value === '' || role === 'default') return [];
  const regex = role === 'regex' ? regexLiteralChanges(value, span, source) : [];
  return regex.length > 0 ? regex : [replacing(span, "''", `${textOf(span, source)} becomes empty`)];
}

/** Mutations of a regular expression that is written as a raw string, or as one that needs no escapes. */
function regexLiteralChanges(value: string, span: Span, source: string): readonly Change[] {
  const offset = source.slice(span.start, span.end).indexOf(value);
  if (offset < 0) return [];
  const start = span.start + offset;
  return regexChanges(value).map((change) => ({
    ...change,
    span: { start: change.span.start + start, end: change.span.end + start },
  }));
}

function replacing(span: Span, text: string, title: string): Change {
  return { span, text, title };
}

function textOf(span: Span, source: string): string {
  return quoted(source.slice(span.start, span.end));
}
