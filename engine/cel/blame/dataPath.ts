/** Where in the data the value of an expression comes from. */
import type { Path } from '../../model.ts';
import { children, type Expression, type Index } from '../syntax/expression.ts';
import { isInt, type Result, Uint } from '../value.ts';
import { elementPaths } from './elements.ts';
import { type Trace, valueOfNode } from './trace.ts';

/**
 * The path that an expression reads, beginning with the variable; of an expression that reads several, the first. A key
 * that is not there belongs to the path.
 */
export function dataPath(trace: Trace, node: Expression): Path | null {
  const reference = trace.compiler.notes.references.get(node);
  if (reference !== undefined) return reference.kind === 'slot' ? (trace.paths[reference.slot] ?? null) : null;
  switch (node.kind) {
    case 'select':
      return within(dataPath(trace, node.operand), node.field);
    case 'has':
      return dataPath(trace, node.select);
    case 'index':
      return indexPath(trace, node);
    case 'conditional':
      return conditionalPath(trace, node);
    case 'comprehension':
      return node.macro === 'filter'
        ? (firstKept(trace, node) ?? dataPath(trace, node.range))
        : dataPath(trace, node.range);
    case 'bind':
      return dataPath(trace, node.value);
    case 'call':
      return callPath(trace, node);
    default:
      return firstPath(trace, children(node));
  }
}

function within(path: Path | null, key: string | number): Path | null {
  return path === null ? null : [...path, key];
}

function indexPath(trace: Trace, node: Index): Path | null {
  const key = keyOf(valueOfNode(trace, node.index));
  if (key === null) return dataPath(trace, node.operand);
  if (typeof key === 'string' || isPlace(trace, node.operand)) return within(dataPath(trace, node.operand), key);
  return elementPaths(trace, node.operand)[key] ?? within(dataPath(trace, node.operand), key);
}

/** Whether an expression only walks the data, so that its elements stand right below its own path. */
function isPlace(trace: Trace, node: Expression): boolean {
  if (node.kind === 'select' || node.kind === 'index') return true;
  const reference = trace.compiler.notes.references.get(node);
  return reference?.kind === 'slot' && !trace.bound.has(reference.slot);
}

/** A key as a segment of a path. */
export function keyOf(key: Result): string | number | null {
  if (typeof key === 'string') return key;
  if (key instanceof Uint) return Number(key.value);
  return isInt(key) ? Number(key) : typeof key === 'boolean' ? String(key) : null;
}

function conditionalPath(trace: Trace, node: Extract<Expression, { kind: 'conditional' }>): Path | null {
  const condition = valueOfNode(trace, node.condition);
  const chosen = condition === true ? node.positive : node.negative;
  return dataPath(trace, chosen) ?? dataPath(trace, node.condition);
}

function firstKept(trace: Trace, node: Expression): Path | null {
  return elementPaths(trace, node).find((path) => path !== null) ?? null;
}

function callPath(trace: Trace, node: Extract<Expression, { kind: 'call' }>): Path | null {
  const args = trace.compiler.notes.calls.get(node)?.args ?? [];
  return firstPath(trace, args);
}

function firstPath(trace: Trace, nodes: readonly Expression[]): Path | null {
  for (const node of nodes) {
    const path = dataPath(trace, node);
    if (path !== null) return path;
  }
  return null;
}
