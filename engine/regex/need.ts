import { setSource } from './native.ts';
import type { CharSet, RegexNode } from './node.ts';

/**
 * The source of a RegExp that finds what every match of the pattern must contain: one of some words. It takes a fixed
 * number of steps a character, and most texts are told apart by it alone. Null where the pattern needs no word.
 */
export function needSource(node: RegexNode): string | null {
  const need = needOf(node);
  return need === null ? null : need.words.join('|');
}

interface Need {
  /** As sources of a RegExp; each of them is a row of small sets. */
  readonly words: readonly string[];
  /** How many characters the shortest of them has. */
  readonly length: number;
}

const mostWords = 64;
/** What a letter is in both cases, and those beyond ASCII that fold to it. */
const mostMembers = 4;

function needOf(node: RegexNode): Need | null {
  if (node.kind === 'set') return isSmall(node.set) ? { words: [setSource(node.set)!], length: 1 } : null;
  if (node.kind === 'group') return needOf(node.node);
  if (node.kind === 'repeat') return node.min > 0 ? needOf(node.node) : null;
  if (node.kind === 'concat') return needOfConcat(flat(node));
  return node.kind === 'alternate' ? needOfAny(node.nodes) : null;
}

function flat(node: RegexNode): readonly RegexNode[] {
  if (node.kind === 'group') return flat(node.node);
  return node.kind === 'concat' ? node.nodes.flatMap(flat) : [node];
}

/** The longest of what the parts need; characters that follow one another are one word. */
function needOfConcat(nodes: readonly RegexNode[]): Need | null {
  let best: Need | null = null;
  let row = '';
  let length = 0;
  for (const node of nodes) {
    if (node.kind === 'assert') continue;
    const isNext = node.kind === 'set' && isSmall(node.set);
    row = isNext ? row + setSource(node.set) : '';
    length = isNext ? length + 1 : 0;
    best = longer(best, isNext ? { words: [row], length } : needOf(node));
  }
  return best;
}

function needOfAny(nodes: readonly RegexNode[]): Need | null {
  const needs = nodes.map(needOf);
  const known = needs.filter((need) => need !== null);
  const words = known.flatMap((need) => need.words);
  if (known.length < needs.length || words.length > mostWords) return null;
  return { words, length: Math.min(...known.map((need) => need.length)) };
}

function longer(a: Need | null, b: Need | null): Need | null {
  return a !== null && (b === null || a.length >= b.length) ? a : b;
}

function isSmall({ opaque, ranges }: CharSet): boolean {
  return (
    !opaque && ranges.length > 0 && ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0) <= mostMembers
  );
}
