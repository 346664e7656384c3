/** Calls: which function is meant, which of its overloads can fit, and what comes out. */

import type { FunctionDeclaration, Overload } from '../function.ts';
import type { Call, Expression } from '../syntax/expression.ts';
import { macroUsage } from '../syntax/macro.ts';
import { dyn, formatType, type Type } from '../type.ts';
import type { Checker } from './check.ts';
import { foreignFunctions } from './foreign.ts';
import type { Signature } from './operators.ts';
import { findFunction, findLocal, firstName, type Local, qualifiedName } from './scope.ts';
import { suggest } from './suggest.ts';
import { assignAll, isGeneric, mapParameters, resolve, sameType } from './unify.ts';

export function checkCall(checker: Checker, node: Call, locals: Local | null): Type {
  const qualified = qualifiedFunction(checker, node, locals);
  if (qualified !== null) return checkArguments(checker, node, { declaration: qualified, args: node.args, locals });
  const args = node.target === null ? node.args : [node.target, ...node.args];
  const kind = node.target === null ? 'function' : 'method';
  const declaration =
    kind === 'method'
      ? checker.declarations.function('method', node.name)
      : findFunction(checker.declarations, node.name);
  return checkArguments(checker, node, { declaration: declaration ?? null, args, locals });
}

/** `math.greatest(a)`: a function with a qualified name looks like a method of a variable. */
function qualifiedFunction(checker: Checker, node: Call, locals: Local | null): FunctionDeclaration | null {
  if (node.target === null) return null;
  const first = firstName(node.target);
  if (first?.kind !== 'name' || findLocal(locals, first.name) !== null) return null;
  const name = qualifiedName(node.target);
  return name === null ? null : (findFunction(checker.declarations, `${name}.${node.name}`) ?? null);
}

interface Resolved {
  readonly declaration: FunctionDeclaration | null;
  readonly args: readonly Expression[];
  readonly locals: Local | null;
}

function checkArguments(checker: Checker, node: Call, { declaration, args, locals }: Resolved): Type {
  const usage = declaration === null ? macroUsage(node) : null;
  checker.notes.calls.set(node, { declaration, args: usage === null ? args : [] });
  if (usage !== null) {
    checker.report(node.nameSpan, `${node.name} is written ${usage}`);
    return dyn;
  }
  const { problems } = checker.notes;
  const before = problems.length;
  const types = args.map((arg) => checker.type(arg, locals));
  if (declaration === null) {
    // What a condition on elements names is not known where the function is not.
    if (foreignFunctions.has(node.name)) forget(problems, { from: before, within: node.args });
    if (problems.length === before) reportUnknown(checker, node);
    return dyn;
  }
  const found = checkSignatures(
    checker,
    declaration.overloads.map((overload) => stretch(overload, types.length)),
    types,
  );
  if (found !== null) return found;
  // An argument that is wrong by itself says why no overload fits.
  if (problems.length === before) checker.report(node.nameSpan, describeMisfit(checker, declaration, types));
  return commonResult(declaration);
}

function forget(
  problems: Checker['notes']['problems'],
  { from, within }: { readonly from: number; readonly within: readonly Expression[] },
): void {
  const others = problems
    .splice(from)
    .filter(({ span }) => !within.some((arg) => arg.span.start <= span.start && span.end <= arg.span.end));
  problems.push(...others);
}

/** The signature of an overload for so many arguments. */
function stretch(overload: Overload, count: number): Signature {
  const { parameters, rest, result } = overload;
  if (rest === undefined || count <= parameters.length) return overload;
  return { parameters: [...parameters, ...Array<Type>(count - parameters.length).fill(rest)], result };
}

/** The result of the overloads that fit the arguments: `dyn` where several with different results do, null where none. */
export function checkSignatures(
  checker: Checker,
  signatures: readonly Signature[],
  types: readonly Type[],
): Type | null {
  let result: Type | null = null;
  for (const signature of signatures) {
    const renamed = renameParameters(checker, signature);
    if (!assignAll(checker.known, types, renamed.parameters)) continue;
    const found = resolve(checker.known, renamed.result, 'keep');
    if (result === null) result = found;
    else if (!sameType(result, found)) result = dyn;
  }
  return result;
}

/** The signature with type parameters of its own, so that each use finds out about them anew. */
function renameParameters(checker: Checker, signature: Signature): Signature {
  if (!signature.parameters.some(isGeneric) && !isGeneric(signature.result)) return signature;
  const fresh = new Map<string, Type>();
  const rename = (type: Type): Type => {
    if (type.kind !== 'parameter') return mapParameters(type, rename);
    const found = fresh.get(type.name) ?? checker.fresh();
    fresh.set(type.name, found);
    return found;
  };
  return { parameters: signature.parameters.map(rename), result: rename(signature.result) };
}

function reportUnknown(checker: Checker, node: Call): void {
  const kind = node.target === null ? 'function' : 'method';
  const other = node.target === null ? 'method' : 'function';
  const known = checker.declarations.function(other, node.name) !== undefined;
  const hint = known
    ? node.target === null
      ? ` (it is a method: value.${node.name}())`
      : ` (it is a function: ${node.name}(value))`
    : foreignFunctions.has(node.name)
      ? ` (in CEL: ${foreignFunctions.get(node.name)})`
      : suggest(node.name, checker.declarations.functionNames());
  checker.report(node.nameSpan, `unknown ${kind} "${node.name}"${hint}`);
}

function describeMisfit(checker: Checker, declaration: FunctionDeclaration, types: readonly Type[]): string {
  const shown = types.map((type) => formatType(resolve(checker.known, type)));
  const given =
    declaration.kind === 'method'
      ? `${shown[0]}.${declaration.name}(${shown.slice(1).join(', ')})`
      : `${declaration.name}(${shown.join(', ')})`;
  const forms = declaration.overloads.slice(0, 6).map((overload) => formatOverload(declaration, overload));
  if (declaration.name === 'contains' && shown[0]?.startsWith('list('))
    return `${given} does not exist; write value in list`;
  return `${given} does not exist; there is ${forms.join(', ')}${declaration.overloads.length > 6 ? ', …' : ''}`;
}

/** As it is called: `string.startsWith(string)`, `math.greatest(dyn, dyn…)`. */
export function formatOverload(declaration: FunctionDeclaration, overload: Overload): string {
  const shown = overload.parameters.map(formatType);
  const rest = overload.rest === undefined ? [] : [`${formatType(overload.rest)}…`];
  const args = [...(declaration.kind === 'method' ? shown.slice(1) : shown), ...rest].join(', ');
  return declaration.kind === 'method' ? `${shown[0]}.${declaration.name}(${args})` : `${declaration.name}(${args})`;
}

/** What comes out whichever overload was meant, so that one mistake is not reported twice. */
function commonResult(declaration: FunctionDeclaration): Type {
  const [first, ...others] = declaration.overloads.map((overload) => overload.result);
  if (first === undefined || isGeneric(first)) return dyn;
  return others.every((other) => sameType(first, other)) ? first : dyn;
}
