/** The type of a field, and what is said of one that does not exist. */
import type { Span } from '../../model.ts';
import type { Expression } from '../syntax/expression.ts';
import { dyn, formatType, type ObjectType, optional, type Type } from '../type.ts';
import type { Checker } from './check.ts';
import { suggest } from './suggest.ts';
import { assign, resolve } from './unify.ts';

interface Access {
  readonly operand: Expression;
  readonly field: string;
  readonly fieldSpan: Span;
  /** `a.?b` */
  readonly optional: boolean;
}

/** The type of `operand.field`; selecting from an optional gives an optional. */
export function fieldType(checker: Checker, access: Access, operand: Type): Type {
  if (operand.kind !== 'optional') {
    const found = plainFieldType(checker, access, operand);
    return access.optional ? optional(found) : found;
  }
  return optional(plainFieldType(checker, access, resolve(checker.known, operand.value, 'keep')));
}

function plainFieldType(checker: Checker, access: Access, operand: Type): Type {
  switch (operand.kind) {
    case 'dyn':
      return dyn;
    case 'parameter':
      assign(checker.known, operand, dyn);
      return dyn;
    case 'map':
      if (assign(checker.known, { kind: 'string' }, operand.key)) return operand.value;
      break;
    case 'object':
      return objectFieldType(checker, access, operand);
    case 'optional':
      return fieldType(checker, access, operand);
  }
  const isMethod = checker.declarations.function('method', access.field) !== undefined;
  const hint = isMethod ? ` (it is a method: ${access.field}())` : hintFor(checker, access, operand);
  checker.report(access.fieldSpan, `${formatType(resolve(checker.known, operand))} has no fields${hint}`);
  return dyn;
}

function hintFor(checker: Checker, access: Access, operand: Type): string {
  const { field } = access;
  if (field === 'length' || field === 'count') return ' (in CEL: value.size())';
  if (operand.kind === 'string' && ['tag', 'digest', 'registry', 'repository'].includes(field))
    return ` (of an image: image(value).${field})`;
  const holder = access.operand.kind === 'select' ? checker.notes.types.get(access.operand.operand) : undefined;
  if (operand.kind === 'string' && holder?.kind === 'map') return ' (a key with dots is written map["a.b/c"])';
  return operand.kind === 'list' ? ` (its elements may: list.all(x, x.${field} …))` : '';
}

function objectFieldType(checker: Checker, access: Access, operand: ObjectType): Type {
  const { fields, additional } = operand;
  const declared = Object.hasOwn(fields, access.field) ? fields[access.field] : undefined;
  if (declared !== undefined) return declared;
  if (additional !== null) return additional;
  const hint = suggest(access.field, Object.keys(fields));
  checker.report(access.fieldSpan, `${operand.name} has no field "${access.field}"${hint}`);
  return dyn;
}
