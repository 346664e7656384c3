import { isNullable } from './cost.ts';
import { type CharSet, lastCodePoint, type Range, type RegexNode } from './node.ts';

/**
 * The pattern as the source of a JavaScript RegExp with the same meaning, for the `u` flag alone; null where JavaScript
 * would mean something else (a set that only the general engine knows, a loop over what can be empty).
 */
export function nativeSource(node: RegexNode): string | null {
  if (node.kind === 'empty') return '(?:)';
  if (node.kind === 'set') return setSource(node.set);
  if (node.kind === 'assert') return assertions[node.at];
  if (node.kind === 'group') return wrap('(', nativeSource(node.node), ')');
  if (node.kind === 'concat') return join(node.nodes, '', 'alone');
  if (node.kind === 'alternate') return wrap('(?:', join(node.nodes, '|', 'branch'), ')');
  if (isNullable(node.node)) return null;
  return wrap('(?:', nativeSource(node.node), `)${count(node.min, node.max)}${node.order === 'lazy' ? '?' : ''}`);
}

/** Whether there is a set that only the general engine knows. */
export function hasOpaqueSet(node: RegexNode): boolean {
  if (node.kind === 'set') return node.set.opaque;
  if (node.kind === 'group' || node.kind === 'repeat') return hasOpaqueSet(node.node);
  return (node.kind === 'concat' || node.kind === 'alternate') && node.nodes.some(hasOpaqueSet);
}

/** Whether a group stands in a loop: JavaScript forgets what it held when the next round begins, RE2 does not. */
export function hasGroupInLoop(node: RegexNode): boolean {
  if (node.kind === 'group') return hasGroupInLoop(node.node);
  if (node.kind === 'concat' || node.kind === 'alternate') return node.nodes.some(hasGroupInLoop);
  if (node.kind !== 'repeat') return false;
  return node.max > 1 ? hasGroup(node.node) : hasGroupInLoop(node.node);
}

/**
 * RE2 knows one line terminator, and its words are ASCII. With the `u` flag alone `\b` is too. V8 finds `\B` between
 * the halves of a surrogate pair, so that one is left to the general engine.
 */
const assertions = {
  textStart: '^',
  textEnd: '$',
  lineStart: '(?<![^\\n])',
  lineEnd: '(?![^\\n])',
  boundary: '\\b',
  notBoundary: null,
} as const;

function hasGroup(node: RegexNode): boolean {
  if (node.kind === 'group') return true;
  if (node.kind === 'concat' || node.kind === 'alternate') return node.nodes.some(hasGroup);
  return node.kind === 'repeat' && hasGroup(node.node);
}

function join(nodes: readonly RegexNode[], between: string, as: 'alone' | 'branch'): string | null {
  const parts = nodes.map(nativeSource);
  if (parts.includes(null)) return null;
  const text = parts.join(between);
  return as === 'alone' ? `(?:${text})` : text;
}

function wrap(open: string, inner: string | null, close: string): string | null {
  return inner === null ? null : `${open}${inner}${close}`;
}

function count(min: number, max: number): string {
  if (min === 0 && max === 1) return '?';
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

/** A set as the source of a RegExp; null where only the general engine knows it. */
export function setSource(set: CharSet): string | null {
  if (set.opaque) return null;
  const { ranges } = set;
  if (ranges.length === 0) return '[]';
  if (ranges.length === 1 && ranges[0]![0] === ranges[0]![1]) return characterSource(ranges[0]![0]);
  if (ranges.at(-1)![1] === lastCodePoint) return `[^${gaps(ranges).map(rangeSource).join('')}]`;
  return `[${ranges.map(rangeSource).join('')}]`;
}

function gaps(ranges: readonly Range[]): Range[] {
  return ranges
    .map(([first], index): Range => [index === 0 ? 0 : ranges[index - 1]![1] + 1, first - 1])
    .filter(([a, b]) => a <= b);
}

function rangeSource([first, last]: Range): string {
  return first === last ? characterSource(first) : `${characterSource(first)}-${characterSource(last)}`;
}

function characterSource(code: number): string {
  const plain = (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return plain || code === 0x5f ? String.fromCharCode(code) : `\\u{${code.toString(16)}}`;
}
