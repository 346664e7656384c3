/**
 * A schema as a quick yes, for what comes a thousand times a second. `true`: the schema takes the value, and as
 * `JSON.stringify` writes it, it is canonical: every key is in its place at every depth. `false` says nothing: ask the schema.
 */
import type * as z from 'zod/v4/core';

export type Shape = (value: unknown) => boolean;

/** Throws for a schema that it cannot answer for. Values are those that `JSON.parse` makes. */
export function shapeOf(schema: z.$ZodType): Shape {
  const { def } = (schema as z.$ZodTypes)._zod;
  const checks = checksOf(def);
  switch (def.type) {
    case 'string':
      return stringShape(checks);
    case 'number':
      return numberShape(checks);
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'enum':
      return oneOf(Object.values(def.entries));
    case 'literal':
      return oneOf(def.values);
    case 'nullable': {
      const inner = shapeOf(def.innerType);
      return (value) => value === null || inner(value);
    }
    case 'array':
      return arrayShape(shapeOf(def.element), checks);
    case 'object':
      if (def.catchall?._zod.def.type !== 'never') break;
      return objectShape(def.shape);
    case 'union': {
      const options = def.options.map(shapeOf);
      return (value) => options.some((option) => option(value));
    }
  }
  throw new Error(`a ${def.type} is not answered for`);
}

/** What a schema checks beside its type; a format is such a check too. */
function checksOf(def: z.$ZodTypeDef): readonly z.$ZodChecks['_zod']['def'][] {
  const own = 'check' in def ? [def as unknown as z.$ZodChecks['_zod']['def']] : [];
  return [...own, ...(def.checks ?? []).map((check) => (check as z.$ZodChecks)._zod.def)];
}

type Checks = ReturnType<typeof checksOf>;

function stringShape(checks: Checks): Shape {
  const { min, max } = lengths(checks.filter(({ check }) => check !== 'string_format'));
  const patterns = checks.flatMap((check) => (check.check === 'string_format' ? [patternOf(check)] : []));
  return (value) =>
    typeof value === 'string' &&
    value.length >= min &&
    value.length <= max &&
    value.isWellFormed() &&
    patterns.every((pattern) => pattern.test(value));
}

function patternOf({ format, pattern }: z.$ZodCheckStringFormatDef): RegExp {
  if (pattern === undefined || pattern.global || pattern.sticky) throw new Error(`${format} is not answered for`);
  return pattern;
}

function numberShape(checks: Checks): Shape {
  let [min, isInteger] = [Number.NEGATIVE_INFINITY, false];
  for (const check of checks) {
    if (check.check === 'greater_than' && check.inclusive) min = Math.max(min, Number(check.value));
    else if (check.check === 'number_format' && check.format === 'safeint') isInteger = true;
    else throw new Error(`${check.check} is not answered for`);
  }
  return (value) => (isInteger ? Number.isSafeInteger(value) : Number.isFinite(value)) && (value as number) >= min;
}

function arrayShape(element: Shape, checks: Checks): Shape {
  const { min, max } = lengths(checks);
  return (value) => Array.isArray(value) && value.length >= min && value.length <= max && value.every(element);
}

function objectShape(shape: Readonly<Record<string, z.$ZodType>>): Shape {
  const keys = Object.keys(shape).sort();
  const members = keys.map((key) => shapeOf(shape[key]!));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const given = Object.keys(value);
    if (given.length !== keys.length) return false;
    const values = Object.values(value);
    return members.every((member, at) => given[at] === keys[at] && member(values[at]));
  };
}

function oneOf(allowed: readonly unknown[]): Shape {
  const values = new Set(allowed);
  return (value) => values.has(value);
}

/** The bounds of a string or an array. */
function lengths(checks: Checks): { readonly min: number; readonly max: number } {
  let [min, max] = [0, Number.POSITIVE_INFINITY];
  for (const check of checks) {
    if (check.check === 'min_length') min = Math.max(min, check.minimum);
    else if (check.check === 'max_length') max = Math.min(max, check.maximum);
    else throw new Error(`${check.check} is not answered for`);
  }
  return { min, max };
}
