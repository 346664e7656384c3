/** The functions that an expression may call, by kind and name. */
import type { FunctionDeclaration } from '../function.ts';
import { libraries, mergeDeclarations } from '../library/index.ts';
import { standard } from '../standard/core.ts';
import { standardOptional } from '../standard/optional.ts';
import { standardTime } from '../standard/time.ts';
import type { Type } from '../type.ts';
import type { Declarations } from './scope.ts';

/** Every function and method that an expression has, whatever its environment adds; each name once for each kind. */
export const builtIn: readonly FunctionDeclaration[] = mergeDeclarations([
  ...standard,
  ...standardTime,
  ...standardOptional,
  ...libraries,
]);
const always = tableOf(builtIn);

interface Declared {
  readonly variables: Readonly<Record<string, Type>>;
  readonly functions?: readonly FunctionDeclaration[];
  /** Where names are looked for before the outermost level: `a.b`. */
  readonly container?: string;
}

/** Functions given here add overloads to the standard ones of their name. */
export function declarationsOf({ variables, functions = [], container = '' }: Declared): Declarations {
  const names = [...new Set(functions.map(keyOf))];
  const own = tableOf([...names.flatMap((name) => always.get(name) ?? []), ...functions]);
  return {
    variables,
    dotted: Object.keys(variables).some((name) => name.includes('.')),
    function: (kind, name) => own.get(`${kind} ${name}`) ?? always.get(`${kind} ${name}`),
    functionNames: () => [...own.values(), ...always.values()].map((one) => one.name),
    prefixes: prefixesOf(container),
  };
}

function tableOf(declarations: readonly FunctionDeclaration[]): ReadonlyMap<string, FunctionDeclaration> {
  return new Map(mergeDeclarations(declarations).map((one) => [keyOf(one), one]));
}

function keyOf({ kind, name }: FunctionDeclaration): string {
  return `${kind} ${name}`;
}

function prefixesOf(container: string): readonly string[] {
  const names = container === '' ? [] : container.split('.');
  return [...names.map((_, at) => `${names.slice(0, names.length - at).join('.')}.`), ''];
}
