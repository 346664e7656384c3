/** Recognises calls that are macros by name and number of arguments, and makes nodes of their own of them. */
import type {
  Bind,
  Call,
  Comprehension,
  Expression,
  Has,
  Invalid,
  Macro,
  OptionalMap,
  Variable,
} from './expression.ts';
import type { Report } from './token.ts';

/** The macro that a call is, or the call. */
export function expandMacro(call: Call, report: Report): Expression {
  if (call.target === null) return call.name === 'has' ? expandHas(call, report) : call;
  if (call.target.kind === 'name' && call.target.name === 'cel' && !call.target.root) return expandCel(call, report);
  if (call.name === 'optMap' || call.name === 'optFlatMap') return expandOptional(call, call.target, report);
  return expandComprehension(call, call.target, report);
}

function expandHas(call: Call, report: Report): Has | Call | Invalid {
  const [select] = call.args;
  if (call.args.length !== 1 || select === undefined) return call;
  if (select.kind === 'select' && !select.optional) return { kind: 'has', select, span: call.span };
  if (select.kind !== 'invalid') report(select.span, 'has() takes the selection of a field: has(a.b)');
  return { kind: 'invalid', span: call.span, parts: [select] };
}

/** `cel.bind`, and what a common-subexpression optimiser writes: `cel.block`, `cel.index`, `cel.iterVar`. */
function expandCel(call: Call, report: Report): Expression {
  const [first, second, third] = call.args;
  if (call.name === 'bind' && call.args.length === 3 && first && second && third) {
    const variable = readVariable(first, report);
    return variable === null
      ? { kind: 'invalid', span: call.span, parts: [second] }
      : { kind: 'bind', span: call.span, variable, value: second, body: third };
  }
  if (call.name === 'block' && call.args.length === 2 && first?.kind === 'list' && second) {
    return first.items.reduceRight<Expression>(
      (body, item, at): Bind => ({
        kind: 'bind',
        span: call.span,
        variable: { name: `@index${at}`, span: item.value.span },
        value: item.value,
        body,
      }),
      second,
    );
  }
  const hidden = call.name === 'index' || call.name === 'iterVar' ? hiddenName(call) : null;
  return hidden === null ? call : { kind: 'name', name: hidden, root: false, span: call.span };
}

function hiddenName(call: Call): string | null {
  const numbers = call.args.map((arg) => (arg.kind === 'literal' && arg.type === 'int' ? String(arg.value) : null));
  if (numbers.includes(null) || numbers.length !== (call.name === 'index' ? 1 : 2)) return null;
  return call.name === 'index' ? `@index${numbers[0]}` : `@it:${numbers.join(':')}`;
}

function expandOptional(call: Call, operand: Expression, report: Report): OptionalMap | Call | Invalid {
  const [first, body] = call.args;
  if (call.args.length !== 2 || first === undefined || body === undefined) return call;
  const variable = readVariable(first, report);
  if (variable === null) return { kind: 'invalid', span: call.span, parts: [operand] };
  const macro = call.name === 'optMap' ? 'optMap' : 'optFlatMap';
  return { kind: 'optionalMap', span: call.span, macro, operand, variable, body };
}

/** How many variables and arguments in all a macro may have, and whether the longer form has a filter before its body. */
interface Form {
  readonly macro: Macro;
  readonly variables: number;
  readonly filter: 'filtered' | 'all';
}

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['all/2', { macro: 'all', variables: 1, filter: 'all' }],
  ['all/3', { macro: 'all', variables: 2, filter: 'all' }],
  ['exists/2', { macro: 'exists', variables: 1, filter: 'all' }],
  ['exists/3', { macro: 'exists', variables: 2, filter: 'all' }],
  ['exists_one/2', { macro: 'existsOne', variables: 1, filter: 'all' }],
  ['exists_one/3', { macro: 'existsOne', variables: 2, filter: 'all' }],
  ['existsOne/2', { macro: 'existsOne', variables: 1, filter: 'all' }],
  ['existsOne/3', { macro: 'existsOne', variables: 2, filter: 'all' }],
  ['filter/2', { macro: 'filter', variables: 1, filter: 'all' }],
  ['map/2', { macro: 'map', variables: 1, filter: 'all' }],
  ['map/3', { macro: 'map', variables: 1, filter: 'filtered' }],
  ['sortBy/2', { macro: 'sortBy', variables: 1, filter: 'all' }],
  ['transformList/3', { macro: 'transformList', variables: 2, filter: 'all' }],
  ['transformList/4', { macro: 'transformList', variables: 2, filter: 'filtered' }],
  ['transformMap/3', { macro: 'transformMap', variables: 2, filter: 'all' }],
  ['transformMap/4', { macro: 'transformMap', variables: 2, filter: 'filtered' }],
  ['transformMapEntry/3', { macro: 'transformMapEntry', variables: 2, filter: 'all' }],
  ['transformMapEntry/4', { macro: 'transformMapEntry', variables: 2, filter: 'filtered' }],
]);

/** How each macro is written. */
export const macroUsages: ReadonlyMap<string, string> = new Map([
  ['all', 'list.all(x, condition) or list.all(i, x, condition)'],
  ['exists', 'list.exists(x, condition) or list.exists(i, x, condition)'],
  ['exists_one', 'list.exists_one(x, condition) or list.exists_one(i, x, condition)'],
  ['existsOne', 'list.existsOne(x, condition) or list.existsOne(i, x, condition)'],
  ['filter', 'list.filter(x, condition)'],
  ['map', 'list.map(x, value) or list.map(x, condition, value)'],
  ['sortBy', 'list.sortBy(x, key)'],
  ['transformList', 'list.transformList(i, x, value) or list.transformList(i, x, condition, value)'],
  ['transformMap', 'map.transformMap(k, v, value) or map.transformMap(k, v, condition, value)'],
  ['transformMapEntry', 'map.transformMapEntry(k, v, {key: value})'],
  ['optMap', 'optional.optMap(x, value)'],
  ['optFlatMap', 'optional.optFlatMap(x, optional)'],
  ['bind', 'cel.bind(x, value, expression)'],
]);

/** How a macro is written, for a call that has its name but not its form; null where no macro has the name. */
export function macroUsage(call: Call): string | null {
  if (call.target === null) return call.name === 'has' ? 'has(a.b)' : null;
  const cel = call.target.kind === 'name' && call.target.name === 'cel';
  return cel === (call.name === 'bind') ? (macroUsages.get(call.name) ?? null) : null;
}

function expandComprehension(call: Call, range: Expression, report: Report): Comprehension | Call | Invalid {
  const form = forms.get(`${call.name}/${call.args.length}`);
  if (form === undefined) return call;
  const variables = call.args.slice(0, form.variables).map((arg) => readVariable(arg, report));
  const [first, second] = variables;
  const rest = call.args.slice(form.variables);
  const body = rest.at(-1);
  const filter = form.filter === 'filtered' ? (rest[0] ?? null) : null;
  if (!first || second === null || body === undefined) return { kind: 'invalid', span: call.span, parts: [range] };
  if (first.name === second?.name) report(second.span, 'the two variables have the same name');
  const named = second === undefined ? [first] : [first, second];
  return {
    kind: 'comprehension',
    span: call.span,
    macro: form.macro,
    macroSpan: call.nameSpan,
    range,
    variables: named,
    filter,
    body,
  };
}

function readVariable(expression: Expression, report: Report): Variable | null {
  if (expression.kind === 'name' && !expression.root) return { name: expression.name, span: expression.span };
  if (expression.kind !== 'invalid') report(expression.span, 'the variable must be a simple name');
  return null;
}
