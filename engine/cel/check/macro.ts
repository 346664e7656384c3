/** Macros that bring variables of their own: the types of these, and what comes out. */

import type { Bind, Comprehension, OptionalMap, Variable } from '../syntax/expression.ts';
import { bool, dyn, formatType, int, list, map, optional, string, type Type } from '../type.ts';
import { type Checker, expectBool } from './check.ts';
import { type Local, newSlot } from './scope.ts';
import { assign, resolve } from './unify.ts';

export function checkComprehension(checker: Checker, node: Comprehension, locals: Local | null): Type {
  const range = resolve(checker.known, checker.type(node.range, locals), 'keep');
  const types = variableTypes(checker, node, range);
  const inner = node.variables.reduce<Local | null>(
    (outer, variable, at) => declare(checker, variable, { type: types[at] ?? dyn, outer }),
    locals,
  );
  if (node.filter !== null) expectBool(checker, node.filter, inner, 'the filter is bool');
  switch (node.macro) {
    case 'all':
    case 'exists':
    case 'existsOne':
      expectBool(checker, node.body, inner, `${node.macro} takes a bool`);
      return bool;
    case 'filter':
      expectBool(checker, node.body, inner, 'the filter is bool');
      return list(types[0] ?? dyn);
    case 'map':
    case 'transformList':
      return list(checker.type(node.body, inner));
    case 'sortBy':
      checker.type(node.body, inner);
      return range.kind === 'list' ? range : list(dyn);
    case 'transformMap':
      return map(types[0] ?? dyn, checker.type(node.body, inner));
    case 'transformMapEntry':
      return checkEntry(checker, node, inner);
  }
}

function checkEntry(checker: Checker, node: Comprehension, locals: Local | null): Type {
  const body = checker.type(node.body, locals);
  const entry = map(checker.fresh(), checker.fresh());
  if (assign(checker.known, body, entry)) return resolve(checker.known, entry, 'keep');
  checker.report(
    node.body.span,
    `transformMapEntry takes a map with one entry, not ${formatType(resolve(checker.known, body))}`,
  );
  return map(dyn, dyn);
}

/** One variable: the element, or the key. Two: index and element, or key and value. */
function variableTypes(checker: Checker, node: Comprehension, range: Type): readonly Type[] {
  const two = node.variables.length === 2;
  switch (range.kind) {
    case 'list':
      return two ? [int, range.element] : [range.element];
    case 'map':
      return two ? [range.key, range.value] : [range.key];
    case 'object':
      return two ? [string, dyn] : [string];
    case 'dyn':
      return [dyn, dyn];
    case 'parameter':
      assign(checker.known, range, dyn);
      return [dyn, dyn];
    default:
      checker.report(
        node.range.span,
        `${node.macro} runs over a list or a map, not ${formatType(resolve(checker.known, range))}`,
      );
      return [dyn, dyn];
  }
}

export function checkBind(checker: Checker, node: Bind, locals: Local | null): Type {
  const value = checker.type(node.value, locals);
  return checker.type(node.body, declare(checker, node.variable, { type: value, outer: locals }));
}

export function checkOptionalMap(checker: Checker, node: OptionalMap, locals: Local | null): Type {
  const operand = checker.type(node.operand, locals);
  const inner = checker.fresh();
  if (!assign(checker.known, operand, optional(inner))) {
    checker.report(
      node.operand.span,
      `${node.macro} is of an optional, not of ${formatType(resolve(checker.known, operand))}`,
    );
  }
  const value = resolve(checker.known, inner, 'keep');
  const body = checker.type(node.body, declare(checker, node.variable, { type: value, outer: locals }));
  if (node.macro === 'optMap') return optional(body);
  const result = optional(checker.fresh());
  if (assign(checker.known, body, result)) return resolve(checker.known, result, 'keep');
  checker.report(node.body.span, `optFlatMap takes an optional, not ${formatType(resolve(checker.known, body))}`);
  return optional(dyn);
}

function declare(
  checker: Checker,
  variable: Variable,
  local: { readonly type: Type; readonly outer: Local | null },
): Local {
  const slot = newSlot(checker.notes);
  checker.notes.slots.set(variable, slot);
  checker.notes.variables.set(variable, local.type);
  return { name: variable.name, slot, ...local };
}
