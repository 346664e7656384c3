/**
 * An Aho–Corasick automaton over ASCII without case, as one table of transitions: a text is read once, one step a
 * character, whatever the number of words.
 */
export interface Automaton {
  /**
   * `next[state + class]` is the next state. A state is the offset of its row, so that a step is one addition and one
   * look-up; 0 is the beginning.
   */
  readonly next: Uint16Array | Int32Array;
  /** The class of each ASCII character; 0 for all that stand in no word, and for everything beyond ASCII. */
  readonly classOf: Uint8Array;
  readonly classes: number;
  /** From this state on a word ends in every state. */
  readonly firstEnd: number;
  /** The words, by index, that end in each state from `firstEnd` on. */
  readonly ends: readonly (readonly number[])[];
}

/** Builds the automaton of some words. Characters beyond ASCII in words match anything beyond ASCII and more: use ASCII. */
export function createAutomaton(words: readonly string[]): Automaton {
  const folded = words.map((word) => word.toLowerCase());
  const { classOf, classes } = classify(folded);
  const { next, ends } = close(createTrie(folded, classOf, classes), classes);
  return { classOf, classes, ...renumber(next, ends, classes) };
}

/** Calls `found` for each occurrence of each word, in the order of where they end. `found` may stop it by `'stop'`. */
export function findWords(
  automaton: Automaton,
  text: string,
  found: (word: number, end: number) => 'stop' | undefined,
): void {
  const { firstEnd, classes, ends } = automaton;
  const cursor: Cursor = { at: 0, state: 0 };
  while (readOn(automaton, text, cursor)) {
    for (const word of ends[(cursor.state - firstEnd) / classes]!) {
      if (found(word, cursor.at) === 'stop') return;
    }
  }
}

/** How far a text is read. */
interface Cursor {
  at: number;
  state: number;
}

/** Reads on to where the next word ends, if there is one. By itself, so that it is compiled once, whatever is found. */
function readOn({ next, classOf, firstEnd }: Automaton, text: string, cursor: Cursor): boolean {
  let { at, state } = cursor;
  while (at < text.length) {
    const code = text.charCodeAt(at++);
    state = next[state + (code < 128 ? classOf[code]! : 0)]!;
    if (state < firstEnd) continue;
    cursor.at = at;
    cursor.state = state;
    return true;
  }
  return false;
}

interface Trie {
  /** -1 where there is no edge. */
  readonly next: number[];
  readonly ends: number[][];
}

function classify(words: readonly string[]): { classOf: Uint8Array; classes: number } {
  const classOf = new Uint8Array(128);
  let classes = 1;
  for (const character of words.join('')) {
    const code = character.charCodeAt(0);
    if (code >= 128 || classOf[code] !== 0) continue;
    classOf[code] = classes;
    classOf[character.toUpperCase().charCodeAt(0)] = classes;
    classes++;
  }
  return { classOf, classes };
}

function createTrie(words: readonly string[], classOf: Uint8Array, classes: number): Trie {
  const next: number[] = new Array(classes).fill(-1);
  const ends: number[][] = [[]];
  for (const [index, word] of words.entries()) {
    let state = 0;
    for (const character of word) {
      const edge = state * classes + (classOf[character.charCodeAt(0)] ?? 0);
      if (next[edge] === -1) {
        next[edge] = ends.push([]) - 1;
        for (let count = 0; count < classes; count++) next.push(-1);
      }
      state = next[edge]!;
    }
    if (state !== 0) ends[state]!.push(index);
  }
  return { next, ends };
}

/** Breadth first: a missing edge goes where the longest proper suffix goes, and words that end in a suffix end here too. */
function close({ next, ends }: Trie, classes: number): { next: Int32Array; ends: readonly (readonly number[])[] } {
  const table = new Int32Array(next);
  const suffix = new Int32Array(ends.length);
  const queue: number[] = [0];
  for (const state of queue) {
    if (state !== 0) ends[state]!.push(...ends[suffix[state]!]!);
    for (let edge = 0; edge < classes; edge++) {
      const target = table[state * classes + edge]!;
      const fallback = state === 0 ? 0 : table[suffix[state]! * classes + edge]!;
      if (target === -1) table[state * classes + edge] = fallback;
      else {
        suffix[target] = fallback;
        queue.push(target);
      }
    }
  }
  return { next: table, ends };
}

/** Puts the states where a word ends behind the others, and gives each state the offset of its row as its number. */
function renumber(next: Int32Array, ends: readonly (readonly number[])[], classes: number) {
  const states = ends.map((_, state) => state);
  const order = [
    ...states.filter((state) => ends[state]!.length === 0),
    ...states.filter((state) => ends[state]!.length > 0),
  ];
  const row = new Int32Array(order.length);
  for (const [position, state] of order.entries()) row[state] = position * classes;
  const table = next.length < 65_536 ? new Uint16Array(next.length) : new Int32Array(next.length);
  for (let state = 0; state < order.length; state++) {
    const [from, to] = [state * classes, row[state]!];
    for (let edge = 0; edge < classes; edge++) table[to + edge] = row[next[from + edge]!]!;
  }
  const plain = order.filter((state) => ends[state]!.length === 0).length;
  return { next: table, firstEnd: plain * classes, ends: order.slice(plain).map((state) => ends[state]!) };
}
