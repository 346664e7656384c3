/** An expression as an editor knows it: tree, types, and what stands at a place. It may be half-typed. */
import { check } from '../check/check.ts';
import { declarationsOf } from '../check/declarations.ts';
import type { Notes } from '../check/notes.ts';
import type { Declarations } from '../check/scope.ts';
import { resolve } from '../check/unify.ts';
import type { Environment } from '../index.ts';
import { children, type Expression, type Variable } from '../syntax/expression.ts';
import { parse } from '../syntax/parse.ts';
import { dyn, type Type } from '../type.ts';

export interface Analysis {
  readonly source: string;
  readonly root: Expression;
  readonly notes: Notes;
  readonly declarations: Declarations;
  typeOf(node: Expression): Type;
  variableType(variable: Variable): Type;
}

/** Reads and checks an expression. Never throws. */
export function analyse(source: string, environment: Environment): Analysis {
  const { root } = parse(source);
  const declarations = declarationsOf(environment);
  const { notes, known } = check(root, declarations);
  return {
    source,
    root,
    notes,
    declarations,
    typeOf: (node) => resolve(known, notes.types.get(node) ?? dyn),
    variableType: (variable) => resolve(known, notes.variables.get(variable) ?? dyn),
  };
}

/** The expressions around an offset, the outermost first; the selection inside `has()` counts. */
export function pathTo(root: Expression, offset: number): readonly Expression[] {
  const path: Expression[] = [];
  for (let node: Expression | undefined = root; node !== undefined; ) {
    path.push(node);
    const inner: readonly Expression[] = node.kind === 'has' ? [node.select] : children(node);
    node = inner.find(({ span }) => span.start <= offset && offset <= span.end);
  }
  return path;
}

/** The variables of macros that the end of a path sees, the innermost first, each name once. */
export function localsOf(path: readonly Expression[]): readonly Variable[] {
  const seen = new Map<string, Variable>();
  for (let at = path.length - 2; at >= 0; at--) {
    const outer = path[at];
    const inner = path[at + 1];
    if (outer === undefined || inner === undefined) continue;
    for (const variable of variablesFor(outer, inner)) if (!seen.has(variable.name)) seen.set(variable.name, variable);
  }
  return [...seen.values()];
}

/** The variables that an expression brings to one of its parts: none to the list or value that it runs over. */
function variablesFor(outer: Expression, inner: Expression): readonly Variable[] {
  if (outer.kind === 'comprehension') return inner === outer.range ? [] : outer.variables;
  if (outer.kind === 'bind') return inner === outer.body ? [outer.variable] : [];
  return outer.kind === 'optionalMap' && inner === outer.body ? [outer.variable] : [];
}
