/** Where the elements of a list or map come from, also through filter, map, concatenation and the like. */
import type { Path } from '../../model.ts';
import { mapKeys } from '../map.ts';
import { isRounds, loopOf } from '../step/range.ts';
import type { Comprehension, Expression, ListExpression } from '../syntax/expression.ts';
import { isMap, type ListValue, Optional, stops } from '../value.ts';
import { dataPath, keyOf } from './dataPath.ts';
import { type Trace, valueOfNode } from './trace.ts';

/** For each element of a list, or each key of a map, its path in the data; null where it has none. */
export function elementPaths(trace: Trace, node: Expression): readonly (Path | null)[] {
  const reference = trace.compiler.notes.references.get(node);
  const bound = reference?.kind === 'slot' ? trace.bound.get(reference.slot) : undefined;
  if (bound !== undefined) return elementPaths(trace, bound);
  switch (node.kind) {
    case 'list':
      return itemPaths(trace, node);
    case 'operation':
      return node.operands.flatMap((operand) => elementPaths(trace, operand));
    case 'conditional':
      return elementPaths(trace, valueOfNode(trace, node.condition) === true ? node.positive : node.negative);
    case 'comprehension':
      return roundPaths(trace, node);
    case 'call':
      return callPaths(trace, node);
    default:
      return innerPaths(trace, node, dataPath(trace, node));
  }
}

/** Runs a macro's rounds with its variables set and their paths known, until `visit` says that it is enough. */
export function eachRound(trace: Trace, node: Comprehension, visit: (round: number) => boolean): void {
  const loop = loopOf(trace.compiler, node);
  const slots = node.variables.map((variable) => trace.compiler.notes.slots.get(variable) ?? 0);
  const paths = elementPaths(trace, node.range);
  const rounds = loop.open(trace.frame);
  if (!isRounds(rounds)) return;
  for (let round = 0; round < rounds.length; round++) {
    if (!loop.enter(trace.frame, rounds, round)) return;
    for (const slot of slots) trace.paths[slot] = paths[round] ?? null;
    if (node.filter !== null && valueOfNode(trace, node.filter) !== true) continue;
    if (visit(round)) return;
  }
}

function itemPaths(trace: Trace, node: ListExpression): readonly (Path | null)[] {
  return node.items.flatMap(({ value, optional }) => {
    const held = optional ? valueOfNode(trace, value) : null;
    return held instanceof Optional && held.value === undefined ? [] : [dataPath(trace, value)];
  });
}

function roundPaths(trace: Trace, node: Comprehension): readonly (Path | null)[] {
  const paths: (Path | null)[] = [];
  const [variable] = node.variables;
  const slot = (variable && trace.compiler.notes.slots.get(variable)) ?? 0;
  eachRound(trace, node, () => {
    if (node.macro === 'filter') {
      if (valueOfNode(trace, node.body) === true) paths.push(trace.paths[slot] ?? null);
    } else paths.push(dataPath(trace, node.body) ?? trace.paths[slot] ?? null);
    return false;
  });
  return paths;
}

/** `orValue` gives the one or the other; `flatten` the elements' elements; of other functions only the whole is known. */
function callPaths(trace: Trace, node: Extract<Expression, { kind: 'call' }>): readonly (Path | null)[] {
  const [target, other] = trace.compiler.notes.calls.get(node)?.args ?? [];
  if (target === undefined) return [];
  if (node.name === 'orValue' || node.name === 'or' || node.name === 'value') {
    const held = valueOfNode(trace, target);
    const absent = held instanceof Optional && held.value === undefined;
    return elementPaths(trace, absent && other !== undefined ? other : target);
  }
  if (node.name === 'flatten' && other === undefined) return flattened(trace, target);
  if (node.name === 'dyn') return elementPaths(trace, target);
  const value = valueOfNode(trace, node);
  return Array.isArray(value) ? value.map(() => dataPath(trace, node)) : [];
}

function flattened(trace: Trace, target: Expression): readonly (Path | null)[] {
  const value = valueOfNode(trace, target);
  if (!Array.isArray(value)) return [];
  const paths = elementPaths(trace, target);
  return (value as ListValue).flatMap((element, at) => {
    const path = paths[at] ?? null;
    return Array.isArray(element) ? element.map((_, index) => (path === null ? null : [...path, index])) : [path];
  });
}

/** The elements of a value that stands in the data. */
function innerPaths(trace: Trace, node: Expression, path: Path | null): readonly (Path | null)[] {
  if (path === null) return [];
  const held = valueOfNode(trace, node);
  const value = held instanceof Optional ? held.value : held;
  if (value === undefined || stops(value)) return [];
  if (Array.isArray(value)) return value.map((_, at) => [...path, at]);
  return isMap(value) ? mapKeys(value).map((key) => [...path, keyOf(key) ?? '']) : [];
}
