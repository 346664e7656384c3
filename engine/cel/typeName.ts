/** The names of values' types at run time. */
import { Unknown } from '../model.ts';
import { Bytes, type CelValue, Double, Duration, Opaque, Optional, Timestamp, TypeValue, Uint } from './value.ts';

/** As `type(value)` shows it: `int`, `list`, `google.protobuf.Timestamp`. */
export function typeName(value: CelValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return Number.isSafeInteger(value) ? 'int' : 'double';
    default:
      return value === null ? 'null_type' : objectTypeName(value);
  }
}

function objectTypeName(value: object): string {
  if (Array.isArray(value)) return 'list';
  if (value instanceof Double) return 'double';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Bytes) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Opaque) return value.typeName;
  return value instanceof Unknown ? 'unknown' : 'map';
}
