import { type RegexNode, union } from './node.ts';

/**
 * A pattern that matches the same texts, for the question whether it matches at all: groups are gone, a loop of a loop is one
 * loop (`(a+)+`), alternatives of one character are one set (`a|b`). What a match covers may differ.
 */
export function simplify(node: RegexNode): RegexNode {
  if (node.kind === 'group') return simplify(node.node);
  if (node.kind === 'concat') return simplifyConcat(node.nodes.map(simplify));
  if (node.kind === 'alternate') return simplifyAlternate(node.nodes.map(simplify));
  return node.kind === 'repeat' ? simplifyRepeat({ ...node, node: simplify(node.node) }) : node;
}

type Repeat = RegexNode & { kind: 'repeat' };

function simplifyConcat(nodes: readonly RegexNode[]): RegexNode {
  const flat = nodes.flatMap((node) => (node.kind === 'concat' ? node.nodes : node.kind === 'empty' ? [] : [node]));
  if (flat.length === 0) return { kind: 'empty' };
  return flat.length === 1 ? flat[0]! : { kind: 'concat', nodes: flat };
}

function simplifyAlternate(nodes: readonly RegexNode[]): RegexNode {
  const sets = nodes.flatMap((node) => (node.kind === 'set' ? [node.set] : []));
  const others = nodes.filter((node) => node.kind !== 'set');
  const all: RegexNode[] = sets.length === 0 ? [...others] : [{ kind: 'set', set: union(...sets) }, ...others];
  return all.length === 1 ? all[0]! : { kind: 'alternate', nodes: all };
}

/** `?`, `*` and `+` of one another: at most once only where both are, at least once only where both are. */
function simplifyRepeat(outer: Repeat): RegexNode {
  const inner = outer.node;
  if (inner.kind === 'empty') return inner;
  if (inner.kind !== 'repeat' || !isPlain(outer) || !isPlain(inner)) return outer;
  return { ...outer, node: inner.node, min: Math.min(outer.min, inner.min), max: Math.max(outer.max, inner.max) };
}

function isPlain({ min, max }: Repeat): boolean {
  return min <= 1 && (max === Infinity || (min === 0 && max === 1));
}
