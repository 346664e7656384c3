/**
 * The type checker: gives names their meaning, calls their function and every expression its type. It is gradual: what
 * is `dyn` is left to run time, what can never work is a problem.
 */
import type { Span } from '../../model.ts';
import type {
  Conditional,
  Expression,
  Index,
  ListItem,
  Logical,
  MapExpression,
  Name,
  Operation,
  Operator,
  Select,
} from '../syntax/expression.ts';
import { bool, dyn, formatType, list, map, optional, parameter, type Type } from '../type.ts';
import { checkCall, checkSignatures } from './call.ts';
import { fieldType } from './field.ts';
import { foreignNames } from './foreign.ts';
import { checkBind, checkComprehension, checkOptionalMap } from './macro.ts';
import { createNotes, type Notes } from './notes.ts';
import { indexSignatures, operatorSignatures, optionalIndexSignatures } from './operators.ts';
import { type Declarations, findDeclared, findLocal, firstName, type Local, qualifiedName } from './scope.ts';
import { suggestVariable } from './suggest.ts';
import { assign, createSubstitution, join, resolve, type Substitution } from './unify.ts';

/** A check under way. */
export interface Checker {
  readonly declarations: Declarations;
  readonly notes: Notes;
  readonly known: Substitution;
  report(span: Span, message: string): void;
  /** The type of an expression in which these local variables can be seen. */
  type(expression: Expression, locals: Local | null): Type;
  /** A type parameter that nothing is known of yet. */
  fresh(): Type;
}

/** What is known of an expression. Types in the notes may still be parameters; `known` says what these turned out to be. */
export interface Checked {
  readonly notes: Notes;
  readonly type: Type;
  readonly known: Substitution;
}

/** Never fails: what is wrong becomes a problem in the notes. */
export function check(root: Expression, declarations: Declarations): Checked {
  const notes = createNotes();
  const known = createSubstitution();
  let parameters = 0;
  const checker: Checker = {
    declarations,
    notes,
    known,
    report: (span, message) => notes.problems.push({ span, message }),
    type: (expression, locals) => {
      const found = checkExpression(checker, expression, locals);
      notes.types.set(expression, found);
      return found;
    },
    fresh: () => parameter(`_${parameters++}`),
  };
  return { type: resolve(known, checker.type(root, null)), notes, known };
}

function checkExpression(checker: Checker, node: Expression, locals: Local | null): Type {
  switch (node.kind) {
    case 'literal':
      return { kind: node.type };
    case 'name':
      return checkName(checker, node, locals);
    case 'select':
      return checkSelect(checker, node, locals);
    case 'has':
      checkSelect(checker, node.select, locals);
      return bool;
    case 'index':
      return checkIndex(checker, node, locals);
    case 'call':
      return checkCall(checker, node, locals);
    case 'operation':
      return checkOperation(checker, node, locals);
    case 'logical':
      checkLogical(checker, node, locals);
      return bool;
    case 'conditional':
      return checkConditional(checker, node, locals);
    case 'list':
      return list(checkItems(checker, node.items, locals));
    case 'map':
      return checkMap(checker, node, locals);
    case 'message':
      checker.report(node.nameSpan, `unknown message type ${node.name}; values here are plain maps: {"field": value}`);
      for (const field of node.fields) checker.type(field, locals);
      return dyn;
    case 'comprehension':
      return checkComprehension(checker, node, locals);
    case 'bind':
      return checkBind(checker, node, locals);
    case 'optionalMap':
      return checkOptionalMap(checker, node, locals);
    case 'invalid':
      for (const part of node.parts) checker.type(part, locals);
      return dyn;
  }
}

function checkName(checker: Checker, node: Name, locals: Local | null): Type {
  const { notes, declarations } = checker;
  const local = node.root ? null : findLocal(locals, node.name);
  if (local !== null) {
    notes.references.set(node, { kind: 'slot', slot: local.slot, name: local.name });
    return local.type;
  }
  const scope = node.root ? { ...declarations, prefixes: [''] } : declarations;
  const found = findDeclared(scope, notes, node.name);
  if (found !== null) {
    notes.references.set(node, found.reference);
    return found.type;
  }
  notes.references.set(node, { kind: 'missing', name: node.name });
  const hint = foreignNames.get(node.name) ?? suggestVariable(declarations, locals, node.name);
  checker.report(node.span, `unknown variable "${node.name}"${hint}`);
  return dyn;
}

function checkSelect(checker: Checker, node: Select, locals: Local | null): Type {
  const qualified = checkQualified(checker, node, locals);
  if (qualified !== null) return qualified;
  const operand = resolve(checker.known, checker.type(node.operand, locals), 'keep');
  return fieldType(checker, node, operand);
}

/** A selection that is in fact a variable with dots in its name, or a type. */
function checkQualified(checker: Checker, node: Select, locals: Local | null): Type | null {
  const { declarations, notes } = checker;
  const first = firstName(node);
  if (first?.kind !== 'name' || (!first.root && findLocal(locals, first.name) !== null)) return null;
  if (!declarations.dotted && Object.hasOwn(declarations.variables, first.name)) return null;
  const name = qualifiedName(node);
  const found =
    name === null ? null : findDeclared(first.root ? { ...declarations, prefixes: [''] } : declarations, notes, name);
  if (found === null) return null;
  notes.references.set(node, found.reference);
  return found.type;
}

function checkIndex(checker: Checker, node: Index, locals: Local | null): Type {
  const operand = resolve(checker.known, checker.type(node.operand, locals), 'keep');
  const index = checker.type(node.index, locals);
  const { index: key } = node;
  if (key.kind === 'literal' && typeof key.value === 'string' && objectIn(operand)) {
    return fieldType(checker, { ...node, field: key.value, fieldSpan: key.span }, operand);
  }
  const signatures = node.optional ? optionalIndexSignatures : indexSignatures;
  const found = checkSignatures(checker, signatures, [operand, index]);
  if (found !== null) return found;
  checker.report(
    node.span,
    `${formatType(resolve(checker.known, operand))} has no index of type ${formatType(resolve(checker.known, index))}${indexHint(operand, index)}`,
  );
  return dyn;
}

function indexHint(operand: Type, index: Type): string {
  if (operand.kind === 'string' && index.kind === 'int') return '; write text.charAt(index)';
  return operand.kind === 'list' && index.kind === 'string' ? '; write list.exists(x, condition)' : '';
}

function objectIn(type: Type): boolean {
  return type.kind === 'object' || (type.kind === 'optional' && type.value.kind === 'object');
}

function checkOperation(checker: Checker, node: Operation, locals: Local | null): Type {
  const types = node.operands.map((operand) => checker.type(operand, locals));
  if (types.every((type) => type.kind === 'dyn')) return givesBool(node.operator) ? bool : dyn;
  const found = checkSignatures(checker, operatorSignatures[node.operator], types);
  if (found !== null) return found;
  if ((node.operator === '==' || node.operator === '!=') && comparesWithNull(checker, node, types)) return bool;
  checker.report(node.span, describeMisfit(checker, node, types));
  return givesBool(node.operator) ? bool : dyn;
}

function givesBool(operator: Operator): boolean {
  return ['==', '!=', '<', '<=', '>', '>=', 'in', '!'].includes(operator);
}

/** A field of a document may be null, whatever its type. */
function comparesWithNull(checker: Checker, node: Operation, types: readonly Type[]): boolean {
  const at = types.findIndex((type) => resolve(checker.known, type).kind === 'null');
  const other = node.operands[1 - at];
  return at !== -1 && (other?.kind === 'select' || other?.kind === 'index' || other?.kind === 'name');
}

function describeMisfit(checker: Checker, node: Operation, types: readonly Type[]): string {
  const [left, right] = types.map((type) => formatType(resolve(checker.known, type)));
  if (right === undefined) return `${node.operator === 'negate' ? '-' : node.operator} does not take ${left}`;
  if (node.operator === '==' || node.operator === '!=')
    return `${left} and ${right} are never equal${unwrapHint(left ?? '', right)}`;
  return `${node.operator} does not take ${left} and ${right}${hint(node.operator, left ?? '', right)}`;
}

function unwrapHint(left: string, right: string): string {
  const isOptional = [left, right].map((type) => type.startsWith('optional_type('));
  return isOptional[0] === isOptional[1] ? '' : '; end the optional with .orValue(other)';
}

/** What was probably meant. */
function hint(operator: Operator, left: string, right: string): string {
  if (operator === 'in') return right === 'string' ? '; write text.contains(part)' : '';
  if (left === right && (left === 'quantity' || left === 'semver')) {
    if (operator === '<' || operator === '<=') return '; write a.isLessThan(b)';
    if (operator === '>' || operator === '>=') return '; write a.isGreaterThan(b)';
  }
  if (operator === '+' && (left === 'string' || right === 'string')) return '; make a text of the other with string(x)';
  return numbers.has(left) && numbers.has(right) ? '; convert one of them, for instance with double(x)' : '';
}

const numbers: ReadonlySet<string> = new Set(['int', 'uint', 'double']);

export function expectBool(checker: Checker, node: Expression, locals: Local | null, message: string, hint = ''): void {
  const found = checker.type(node, locals);
  if (!assign(checker.known, found, bool)) {
    checker.report(node.span, `${message}, not ${formatType(resolve(checker.known, found))}${hint}`);
  }
}

/** One operand of another type is said: what is wrong with the next is the same mistake. */
function checkLogical(checker: Checker, node: Logical, locals: Local | null): void {
  const before = checker.notes.problems.length;
  for (const operand of node.operands)
    if (checker.notes.problems.length > before) checker.type(operand, locals);
    else expectBool(checker, operand, locals, `${node.operator} takes bool`, alternativeHint(node, operand));
}

/** `a == 'x' || 'y'` */
function alternativeHint({ operator, operands }: Logical, operand: Expression): string {
  const isOneOf = operator === '||' && operand.kind === 'literal' && operands[0]?.kind === 'operation';
  return isOneOf ? '; one of several is written value in [a, b]' : '';
}

function checkConditional(checker: Checker, node: Conditional, locals: Local | null): Type {
  expectBool(checker, node.condition, locals, 'a condition is bool');
  const positive = checker.type(node.positive, locals);
  const negative = checker.type(node.negative, locals);
  const a = checker.fresh();
  if (assign(checker.known, positive, a) && assign(checker.known, negative, a))
    return resolve(checker.known, a, 'keep');
  const [left, right] = [resolve(checker.known, positive), resolve(checker.known, negative)];
  if (left.kind === 'null' || right.kind === 'null') return dyn;
  checker.report(node.span, `the two cases have different types: ${formatType(left)} and ${formatType(right)}`);
  return dyn;
}

function checkItems(checker: Checker, items: readonly ListItem[], locals: Local | null): Type {
  let joined: Type | null = null;
  for (const item of items) {
    const found = checker.type(item.value, locals);
    joined = join(checker.known, joined, item.optional ? unwrap(checker, item.value, found) : found);
  }
  return joined ?? checker.fresh();
}

function checkMap(checker: Checker, node: MapExpression, locals: Local | null): Type {
  let keys: Type | null = null;
  let values: Type | null = null;
  for (const entry of node.entries) {
    keys = join(checker.known, keys, checkKey(checker, entry.key, locals));
    const value = checker.type(entry.value, locals);
    values = join(checker.known, values, entry.optional ? unwrap(checker, entry.value, value) : value);
  }
  return map(keys ?? checker.fresh(), values ?? checker.fresh());
}

function checkKey(checker: Checker, key: Expression, locals: Local | null): Type {
  const found = resolve(checker.known, checker.type(key, locals), 'keep');
  if (!['string', 'int', 'uint', 'bool', 'dyn', 'parameter'].includes(found.kind)) {
    checker.report(key.span, `a key is a string, int, uint or bool, not ${formatType(found)}`);
  }
  return found;
}

/** The type inside an optional, of `?x` in a list or map. */
function unwrap(checker: Checker, node: Expression, found: Type): Type {
  const inner = checker.fresh();
  if (assign(checker.known, found, optional(inner))) return resolve(checker.known, inner, 'keep');
  checker.report(node.span, `after ? an optional is wanted, not ${formatType(resolve(checker.known, found))}`);
  return dyn;
}
