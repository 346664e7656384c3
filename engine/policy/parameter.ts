import { bool, double, int, list, string, type Type } from '../cel/type.ts';
import type { CelValue } from '../cel/value.ts';
import { double as doubleOf } from '../cel/value.ts';
import type { Parameter, ParameterType } from './policy.ts';

const maxItems = 1_000;
const maxLength = 2_000;

/** What is wrong with a value for a parameter, or null. The message does not quote the value. */
export function checkParameter(parameter: Parameter, value: unknown): string | null {
  if (!hasType(parameter.type, value)) return `expected ${described[parameter.type]}`;
  const size =
    typeof value === 'number' ? value : typeof value === 'boolean' ? 0 : (value as string | unknown[]).length;
  const unit = typeof value === 'string' ? ' characters' : Array.isArray(value) ? ' elements' : '';
  if (parameter.minimum !== undefined && size < parameter.minimum)
    return `expected at least ${parameter.minimum}${unit}`;
  if (parameter.maximum !== undefined && size > parameter.maximum)
    return `expected at most ${parameter.maximum}${unit}`;
  return null;
}

/** The CEL type of a parameter. */
export function parameterType(type: ParameterType): Type {
  return celTypes[type];
}

/** A checked value as CEL sees it: a `double` that is integral stays a double. */
export function parameterValue(type: ParameterType, value: unknown): CelValue {
  return type === 'double' ? doubleOf(value as number) : (value as CelValue);
}

const celTypes: Readonly<Record<ParameterType, Type>> = {
  string,
  int,
  double,
  bool,
  'list<string>': list(string),
  'list<int>': list(int),
};

const described: Readonly<Record<ParameterType, string>> = {
  string: 'a text',
  int: 'an integer',
  double: 'a number',
  bool: 'true or false',
  'list<string>': 'a list of texts',
  'list<int>': 'a list of integers',
};

function hasType(type: ParameterType, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string' && value.length <= maxLength;
    case 'int':
      return Number.isSafeInteger(value);
    case 'double':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'list<string>':
      return Array.isArray(value) && value.length <= maxItems && value.every((item) => hasType('string', item));
    case 'list<int>':
      return Array.isArray(value) && value.length <= maxItems && value.every((item) => hasType('int', item));
  }
}
