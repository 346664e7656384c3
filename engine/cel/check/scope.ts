/** What names mean: variables of macros, declared variables, types, functions; and containers that qualify them. */
import type { FunctionDeclaration } from '../function.ts';
import type { Expression } from '../syntax/expression.ts';
import * as type from '../type.ts';
import { TypeValue } from '../value.ts';
import type { Notes, Reference } from './notes.ts';

/** Everything that does not change while one expression is checked. */
export interface Declarations {
  readonly variables: Readonly<Record<string, type.Type>>;
  /** Declared variables have dots in their names. */
  readonly dotted: boolean;
  /** Functions and methods by `kind name`, most specific first. */
  function(kind: 'function' | 'method', name: string): FunctionDeclaration | undefined;
  functionNames(): Iterable<string>;
  /** Prefixes to try before a name, longest first, the empty one last: `a.b.`, `a.`, ``. */
  readonly prefixes: readonly string[];
}

/** A variable of a macro, in the order of nesting. */
export interface Local {
  readonly name: string;
  readonly slot: number;
  readonly type: type.Type;
  readonly outer: Local | null;
}

export interface Found {
  readonly reference: Reference;
  readonly type: type.Type;
}

const typeNames: Readonly<Record<string, type.Type>> = {
  bool: type.bool,
  int: type.int,
  uint: type.uint,
  double: type.double,
  string: type.string,
  bytes: type.bytes,
  list: type.list(type.dyn),
  map: type.map(type.dyn, type.dyn),
  null_type: type.nullType,
  type: type.typeOf(type.dyn),
  optional_type: type.optional(type.dyn),
  'google.protobuf.Timestamp': type.timestamp,
  'google.protobuf.Duration': type.duration,
};
const types: ReadonlyMap<string, Found> = new Map(
  Object.entries(typeNames).map(([name, of]) => [
    name,
    { reference: { kind: 'constant', value: new TypeValue(name) }, type: type.typeOf(of) },
  ]),
);

export function findLocal(locals: Local | null, name: string): Local | null {
  for (let local = locals; local !== null; local = local.outer) if (local.name === name) return local;
  return null;
}

/** What a possibly qualified name means among declared variables and types. */
export function findDeclared(declarations: Declarations, notes: Notes, name: string): Found | null {
  for (const prefix of declarations.prefixes) {
    const full = prefix + name;
    const declared = Object.hasOwn(declarations.variables, full) ? declarations.variables[full] : undefined;
    if (declared !== undefined) return { reference: readVariable(notes, full), type: declared };
    const named = types.get(full);
    if (named !== undefined) return named;
  }
  return null;
}

/** The function that a name means, in the container or outside. */
export function findFunction(declarations: Declarations, name: string): FunctionDeclaration | undefined {
  for (const prefix of declarations.prefixes) {
    const found = declarations.function('function', prefix + name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `a.b.c` as a name, where an expression is nothing but that. */
export function qualifiedName(expression: Expression): string | null {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'select' || expression.optional) return null;
  const operand = qualifiedName(expression.operand);
  return operand === null ? null : `${operand}.${expression.field}`;
}

/** The first name of a chain of selections. */
export function firstName(expression: Expression): Expression | null {
  if (expression.kind === 'name') return expression;
  return expression.kind === 'select' ? firstName(expression.operand) : null;
}

export function newSlot(notes: Notes): number {
  return notes.slotCount++;
}

function readVariable(notes: Notes, name: string): Reference {
  const slot = notes.reads.get(name) ?? newSlot(notes);
  notes.reads.set(name, slot);
  return { kind: 'slot', slot, name };
}
