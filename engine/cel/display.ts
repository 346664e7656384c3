/** CEL values as a person would write them in CEL. */
import { Unknown } from '../model.ts';
import { mapEntries } from './map.ts';
import { formatDouble, toText } from './standard/convert.ts';
import {
  Bytes,
  type CelValue,
  Double,
  Duration,
  isList,
  isMap,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
} from './value.ts';

/** `[1, 2.0, "a", {"b": 3u}, duration("1s")]` */
export function formatValue(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : formatDouble(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return value === null ? 'null' : formatObject(value);
  }
}

function formatObject(value: Exclude<CelValue & object, null>): string {
  if (isList(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (value instanceof Double)
    return value.value === 0 || Math.abs(value.value) < 1e21 ? value.value.toFixed(1) : formatDouble(value.value);
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Bytes) return `b"${[...value.value].map(formatByte).join('')}"`;
  if (value instanceof Timestamp || value instanceof Duration) {
    return `${value instanceof Timestamp ? 'timestamp' : 'duration'}("${toText(value)}")`;
  }
  if (value instanceof Optional)
    return value.value === undefined ? 'optional.none()' : `optional.of(${formatValue(value.value)})`;
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Opaque) return `${value.typeName}("${value}")`;
  if (value instanceof Unknown) return '<unknown>';
  if (!isMap(value)) return '?';
  return `{${mapEntries(value)
    .map(([key, inner]) => `${formatValue(key)}: ${formatValue(inner)}`)
    .join(', ')}}`;
}

function formatByte(byte: number): string {
  const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
  return plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}
