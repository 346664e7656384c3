import type { CharSet, RegexNode } from './node.ts';

/** How a match of a pattern begins. */
export interface Beginning {
  /**
   * Texts in lower case, one of which stands at the beginning of every match, as far as the pattern fixes them. Letters
   * of both cases count as one.
   */
  readonly texts: readonly string[];
  /** Whether a character that is no part of these texts may come first: `(?:^|[^A-Za-z])token`. */
  readonly lead: 'none' | 'optional';
}

/** The texts that every match begins with, no longer than `longest`; null where the pattern fixes none. */
export function beginningOf(node: RegexNode, longest: number): Beginning | null {
  const nodes = flatten(node);
  const first = nodes.findIndex((each) => !isContext(each));
  const lead = nodes.slice(0, Math.max(0, first)).filter((each) => each.kind === 'alternate');
  if (first < 0 || lead.length > 1) return null;
  const grow = (all: readonly Started[], each: RegexNode) => extend(all, each, longest);
  const started = grow([{ text: '', open: true }], { kind: 'concat', nodes: nodes.slice(first) });
  if (started.some(({ text }) => text === '')) return null;
  return { texts: [...new Set(started.map(({ text }) => text))], lead: lead.length === 0 ? 'none' : 'optional' };
}

interface Started {
  readonly text: string;
  /** Whether the text may still grow. */
  readonly open: boolean;
}

const most = 200;
const mostMembers = 8;

function flatten(node: RegexNode): readonly RegexNode[] {
  return node.kind === 'concat' ? node.nodes.flatMap(flatten) : [node];
}

/** What only looks at the surroundings: an assertion, or one character that may also be the beginning of the text. */
function isContext(node: RegexNode): boolean {
  if (node.kind === 'assert') return true;
  return node.kind === 'alternate' && node.nodes.every((each) => each.kind === 'assert' || each.kind === 'set');
}

function extend(started: readonly Started[], node: RegexNode, longest: number): readonly Started[] {
  const grow = (all: readonly Started[], each: RegexNode) => extend(all, each, longest);
  if (!started.some(({ open }) => open)) return started;
  if (node.kind === 'empty' || node.kind === 'assert') return started;
  if (node.kind === 'group') return grow(started, node.node);
  if (node.kind === 'set') return append(started, node.set, longest);
  if (node.kind === 'concat') {
    return node.nodes.reduce(grow, started);
  }
  if (node.kind === 'alternate')
    return merge(
      started,
      node.nodes.map((each) => grow(started, each)),
    );
  if (node.min === 0 && node.max === 1) return merge(started, [started, grow(started, node.node)]);
  if (node.min === 0) return close(started);
  return close(grow(started, node.node));
}

function append(started: readonly Started[], set: CharSet, longest: number): readonly Started[] {
  const members = membersOf(set);
  if (members === null) return close(started);
  return merge(
    started,
    started.map((each) => {
      if (!each.open) return [each];
      return members.map((member) => ({ text: each.text + member, open: each.text.length + 1 < longest }));
    }),
  );
}

function close(started: readonly Started[]): readonly Started[] {
  return started.map(({ text }) => ({ text, open: false }));
}

/** Too many texts: what they had in common until now has to do. */
function merge(started: readonly Started[], parts: readonly (readonly Started[])[]): readonly Started[] {
  const all = parts.flat();
  const distinct = new Map(all.map((each) => [`${each.text}${each.open}`, each]));
  return distinct.size > most ? close(started) : [...distinct.values()];
}

/** The members of a small set in lower case; the letters outside ASCII that fold into it do not count. */
function membersOf(set: CharSet): readonly string[] | null {
  const ascii = set.ranges.filter(([first]) => first !== 0x17f && first !== 0x212a);
  const size = ascii.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (set.opaque || size > 2 * mostMembers) return null;
  const members = ascii.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index).toLowerCase()),
  );
  const distinct = [...new Set(members)];
  return distinct.length > mostMembers ? null : distinct;
}
