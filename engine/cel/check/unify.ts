/**
 * What types fit together. Type parameters stand for types that are found out on the way; what is known of them is in a
 * {@link Substitution}. `dyn` fits everything.
 */
import { dyn, type Type } from '../type.ts';

/** What type parameters have turned out to be, by name. */
export interface Substitution {
  readonly types: Map<string, Type>;
  /** What an assignment under way has changed, and what was known before; taken back if it fails. */
  readonly trail: { readonly name: string; readonly before: Type | undefined }[];
}

export function createSubstitution(): Substitution {
  return { types: new Map(), trail: [] };
}

/** Whether a value of each type can stand where the other types are wanted; what that says of parameters is recorded if so. */
export function assignAll(known: Substitution, from: readonly Type[], to: readonly Type[]): boolean {
  if (from.length !== to.length) return false;
  const fit = from.every((type, at) => fits(known, type, to[at] ?? dyn));
  if (!fit) for (const { name, before } of known.trail.toReversed()) restore(known, name, before);
  known.trail.length = 0;
  return fit;
}

function restore({ types }: Substitution, name: string, before: Type | undefined): void {
  if (before === undefined) types.delete(name);
  else types.set(name, before);
}

function record({ types, trail }: Substitution, name: string, type: Type): void {
  trail.push({ name, before: types.get(name) });
  types.set(name, type);
}

export function assign(known: Substitution, from: Type, to: Type): boolean {
  return assignAll(known, [from], [to]);
}

/** The type with parameters replaced by what is known of them; by `dyn` where nothing is. */
export function resolve(known: Substitution, type: Type, unresolved: 'dyn' | 'keep' = 'dyn'): Type {
  if (type.kind !== 'parameter') return mapParameters(type, (inner) => resolve(known, inner, unresolved));
  const found = known.types.get(type.name);
  if (found !== undefined) return resolve(known, found, unresolved);
  return unresolved === 'dyn' ? dyn : type;
}

/** The type with the types it is made of replaced. */
export function mapParameters(type: Type, change: (inner: Type) => Type): Type {
  switch (type.kind) {
    case 'list':
      return { kind: 'list', element: change(type.element) };
    case 'map':
      return { kind: 'map', key: change(type.key), value: change(type.value) };
    case 'optional':
      return { kind: 'optional', value: change(type.value) };
    case 'type':
      return { kind: 'type', of: change(type.of) };
    case 'opaque':
      return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(change) };
    default:
      return type;
  }
}

/** Whether a type is or is made of a type parameter. */
export function isGeneric(type: Type): boolean {
  return type.kind === 'parameter' || parameters(type).some(isGeneric);
}

/** One type for values of both: the more general of two that fit, else `dyn`. */
export function join(known: Substitution, left: Type | null, right: Type): Type {
  if (left === null) return right;
  if (!assign(known, left, right) && !assign(known, right, left)) return dyn;
  return moreGeneral(left, right);
}

export function sameType(left: Type, right: Type): boolean {
  if (left.kind !== right.kind) return false;
  if ('name' in left && 'name' in right && left.name !== right.name) return false;
  const inner = parameters(left);
  const other = parameters(right);
  return inner.every((type, at) => sameType(type, other[at] ?? dyn));
}

function fits(known: Substitution, from: Type, to: Type): boolean {
  if (to.kind === 'parameter') {
    const bound = bind(known, from, to.name);
    if (bound !== 'unbindable') return bound === 'bound';
  }
  if (from.kind === 'parameter') return bind(known, to, from.name) === 'bound';
  if (from.kind === 'dyn' || to.kind === 'dyn') return true;
  if (from.kind === 'null') return isNullable(to);
  if (to.kind === 'null') return isNullable(from);
  if (from.kind === 'object' || to.kind === 'object') return objectFits(known, from, to);
  if (from.kind === 'type' && to.kind === 'type') return true;
  if (from.kind !== to.kind || ('name' in from && 'name' in to && from.name !== to.name)) return false;
  const wanted = parameters(to);
  return parameters(from).every((type, at) => fits(known, type, wanted[at] ?? dyn));
}

/** An object is a map with string keys; objects of two names may well be the same thing at run time. */
function objectFits(known: Substitution, from: Type, to: Type): boolean {
  if (from.kind === to.kind) return true;
  const other = from.kind === 'object' ? to : from;
  return other.kind === 'map' && fits(known, { kind: 'string' }, other.key);
}

function isNullable(type: Type): boolean {
  return (
    type.kind === 'null' ||
    !['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'type'].includes(type.kind)
  );
}

/** Records that a parameter is a type, generalising what was known; `unbindable` where it is not yet known and cannot be. */
function bind(known: Substitution, type: Type, name: string): 'bound' | 'conflict' | 'unbindable' {
  if (type.kind === 'parameter' && type.name === name) return 'bound';
  const current = known.types.get(name);
  if (current !== undefined) {
    if (!fits(known, type, current)) return 'conflict';
    const general = moreGeneral(type, current);
    if (!mentions(known, general, name)) record(known, name, general);
    return 'bound';
  }
  if (mentions(known, type, name)) return 'unbindable';
  record(known, name, type);
  return 'bound';
}

function moreGeneral(left: Type, right: Type): Type {
  return isAsGeneral(left, right) ? left : right;
}

function isAsGeneral(left: Type, right: Type): boolean {
  if (left.kind === 'dyn' || left.kind === 'parameter') return true;
  if (right.kind === 'dyn' || right.kind === 'parameter') return false;
  if (left.kind !== right.kind) return left.kind === 'map' ? right.kind === 'object' : right.kind === 'null';
  const other = parameters(right);
  return parameters(left).every((type, at) => isAsGeneral(type, other[at] ?? dyn));
}

function mentions(known: Substitution, type: Type, name: string): boolean {
  if (type.kind === 'parameter') {
    if (type.name === name) return true;
    const found = known.types.get(type.name);
    return found !== undefined && mentions(known, found, name);
  }
  return parameters(type).some((inner) => mentions(known, inner, name));
}

function parameters(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'list':
      return [type.element];
    case 'map':
      return [type.key, type.value];
    case 'optional':
      return [type.value];
    case 'type':
      return [type.of];
    case 'opaque':
      return type.parameters;
    default:
      return [];
  }
}
