import type { RegexNode } from './node.ts';

/**
 * How many characters at the beginning of a match are fixed by the pattern: `ghp_` of `ghp_[A-Za-z0-9]{36}`, `AKIA` of
 * `(?:AKIA|ASIA)[A-Z2-7]{16}`. `text` is what the node matched. UTF-16 units.
 */
export function fixedPrefixLength(node: RegexNode, text: string): number {
  return follow(node, text).length;
}

/** The node of a capturing group, 0 being the whole pattern; null where there is no such group. */
export function groupNode(node: RegexNode, index: number): RegexNode | null {
  if (index === 0 || (node.kind === 'group' && node.index === index)) return node;
  if (node.kind === 'group' || node.kind === 'repeat') return groupNode(node.node, index);
  if (node.kind !== 'concat' && node.kind !== 'alternate') return null;
  return node.nodes.reduce<RegexNode | null>((found, each) => found ?? groupNode(each, index), null);
}

/** How many characters of every match are fixed, wherever they stand: a measure of how special a pattern is. */
export function fixedCharacters(node: RegexNode): number {
  if (node.kind === 'set') return fixed(node) === null ? 0 : 1;
  if (node.kind === 'group') return fixedCharacters(node.node);
  if (node.kind === 'concat') return node.nodes.reduce((sum, each) => sum + fixedCharacters(each), 0);
  if (node.kind === 'alternate') return Math.min(...node.nodes.map(fixedCharacters));
  return node.kind === 'repeat' ? node.min * fixedCharacters(node.node) : 0;
}

interface Followed {
  readonly length: number;
  /** Whether all of the node was fixed, so that the prefix goes on after it. */
  readonly whole: boolean;
}

function follow(node: RegexNode, text: string): Followed {
  if (node.kind === 'empty' || node.kind === 'assert') return { length: 0, whole: true };
  if (node.kind === 'group') return follow(node.node, text);
  if (node.kind === 'concat') return followAll(node.nodes, text);
  if (node.kind === 'alternate') {
    const branches = node.nodes.map((each) => follow(each, text)).filter((each) => each.whole && each.length > 0);
    return branches.sort((a, b) => b.length - a.length)[0] ?? { length: 0, whole: false };
  }
  const character = node.kind === 'set' ? fixed(node) : null;
  if (character === null || !text.startsWith(character)) return { length: 0, whole: false };
  return { length: character.length, whole: true };
}

function followAll(nodes: readonly RegexNode[], text: string): Followed {
  let length = 0;
  for (const node of nodes) {
    const next = follow(node, text.slice(length));
    length += next.length;
    if (!next.whole) return { length, whole: false };
  }
  return { length, whole: true };
}

function fixed(node: RegexNode & { kind: 'set' }): string | null {
  const [only, more] = node.set.ranges;
  return only && !more && !node.set.opaque && only[0] === only[1] ? String.fromCodePoint(only[0]) : null;
}
