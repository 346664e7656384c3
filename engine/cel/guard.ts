/** Whether a value is of a declared type, as deep as its outermost type. */
import type { Type } from './type.ts';
import {
  Bytes,
  type CelValue,
  Duration,
  isDouble,
  isInt,
  isMap,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
} from './value.ts';

export type Guard = (value: CelValue) => boolean;

export function guardOf(type: Type): Guard {
  switch (type.kind) {
    case 'dyn':
    case 'parameter':
      return () => true;
    case 'opaque':
      return (value) => value instanceof Opaque && value.typeName === type.name;
    default:
      return guards[type.kind];
  }
}

/** Whether values of a type may hold other values. */
export function isContainer(type: Type): boolean {
  return ['dyn', 'parameter', 'list', 'map', 'object', 'optional'].includes(type.kind);
}

const guards: Readonly<Record<Exclude<Type['kind'], 'dyn' | 'parameter' | 'opaque'>, Guard>> = {
  null: (value) => value === null,
  bool: (value) => typeof value === 'boolean',
  int: isInt,
  uint: (value) => value instanceof Uint,
  double: isDouble,
  string: (value) => typeof value === 'string',
  bytes: (value) => value instanceof Bytes,
  timestamp: (value) => value instanceof Timestamp,
  duration: (value) => value instanceof Duration,
  list: (value) => Array.isArray(value),
  map: isMap,
  object: isMap,
  optional: (value) => value instanceof Optional,
  type: (value) => value instanceof TypeValue,
};
