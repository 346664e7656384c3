/**
 * CEL's types, gradual: `dyn` is known only when the expression runs, and is never wrong before that.
 * Adapters declare what resources look like with these; libraries declare their functions with them.
 */

export type Primitive = 'null' | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'timestamp' | 'duration';

export type Type =
  | { readonly kind: 'dyn' }
  | { readonly kind: Primitive }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | ObjectType
  | { readonly kind: 'optional'; readonly value: Type }
  /** The type of types; `of` is the type that the value names. */
  | { readonly kind: 'type'; readonly of: Type }
  /** A type with no structure that functions of a library make and take: `quantity`, `ip`. */
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly Type[] }
  /** Stands for one and the same type within an overload: `(list<T>, T) → bool`. */
  | { readonly kind: 'parameter'; readonly name: string };

/** A map with string keys whose fields are known by name. Any field may be missing from a document. */
export interface ObjectType {
  readonly kind: 'object';
  /** As shown in messages: `PodSpec`. */
  readonly name: string;
  /** May be a getter, so that types can contain themselves. Look names up with Object.hasOwn. */
  readonly fields: Readonly<Record<string, Type>>;
  /** The type of fields that are not named; null where there are none, so that an unknown name is an error. */
  readonly additional: Type | null;
}

export const dyn: Type = { kind: 'dyn' };
export const nullType: Type = { kind: 'null' };
export const bool: Type = { kind: 'bool' };
export const int: Type = { kind: 'int' };
export const uint: Type = { kind: 'uint' };
export const double: Type = { kind: 'double' };
export const string: Type = { kind: 'string' };
export const bytes: Type = { kind: 'bytes' };
export const timestamp: Type = { kind: 'timestamp' };
export const duration: Type = { kind: 'duration' };

export function list(element: Type): Type {
  return { kind: 'list', element };
}

export function map(key: Type, value: Type): Type {
  return { kind: 'map', key, value };
}

export function optional(value: Type): Type {
  return { kind: 'optional', value };
}

export function typeOf(of: Type): Type {
  return { kind: 'type', of };
}

export function opaque(name: string, ...parameters: readonly Type[]): Type {
  return { kind: 'opaque', name, parameters };
}

export function parameter(name: string): Type {
  return { kind: 'parameter', name };
}

/** An object all of whose fields are known: any other name is an error with "did you mean". */
export function object(name: string, fields: Readonly<Record<string, Type>>): ObjectType {
  return { kind: 'object', name, fields, additional: null };
}

/** An object of which some fields are known; all others are `additional`. */
export function openObject(name: string, fields: Readonly<Record<string, Type>>, additional: Type = dyn): ObjectType {
  return { kind: 'object', name, fields, additional };
}

/** Deeper types are shown as `…`. */
const maxShownDepth = 6;

/** As written in messages: `list(string)`, `map(string, int)`, `PodSpec`. */
export function formatType(type: Type): string {
  return show(type, maxShownDepth);
}

function show(type: Type, depth: number): string {
  if (depth === 0) return '…';
  const inner = (one: Type) => show(one, depth - 1);
  switch (type.kind) {
    case 'list':
      return `list(${inner(type.element)})`;
    case 'map':
      return `map(${inner(type.key)}, ${inner(type.value)})`;
    case 'optional':
      return `optional_type(${inner(type.value)})`;
    case 'type':
      return `type(${inner(type.of)})`;
    case 'opaque':
      return type.parameters.length === 0 ? type.name : `${type.name}(${type.parameters.map(inner).join(', ')})`;
    case 'object':
    case 'parameter':
      return type.name;
    default:
      return type.kind;
  }
}
