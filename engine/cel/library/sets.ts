/** The sets extension of CEL: https://github.com/google/cel-go/tree/master/ext#sets */
import { equals } from '../equality.ts';
import type { FunctionDeclaration, Overload } from '../function.ts';
import { bool, list, parameter } from '../type.ts';
import type { CelValue, ListValue } from '../value.ts';
import { func } from './declare.ts';

const T = parameter('T');

export const sets: readonly FunctionDeclaration[] = [
  func(
    'sets.contains',
    relation((all, some) => some.every((value) => has(all, value))),
  ),
  func(
    'sets.equivalent',
    relation((a, b) => a.every((value) => has(b, value)) && b.every((value) => has(a, value))),
  ),
  func(
    'sets.intersects',
    relation((a, b) => a.some((value) => has(b, value))),
  ),
];

function relation(call: (a: ListValue, b: ListValue) => boolean): Overload {
  return {
    parameters: [list(T), list(T)],
    result: bool,
    cost: (a: ListValue, b: ListValue) => a.length * b.length,
    call,
  };
}

function has(values: ListValue, value: CelValue): boolean {
  return values.some((other) => equals(other, value) === true);
}
