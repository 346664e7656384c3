/**
 * An Aho–Corasick automaton over ASCII without case, as one table of transitions: a text is read once, one step a
 * character, whatever the number of words.
 */
export interface Automaton {
  /** `next[state * classes + class]` is the next state. State 0 is the beginning. */
  readonly next: Int32Array;
  /** The class of each ASCII character; 0 for all that stand in no word, and for everything beyond ASCII. */
  readonly classOf: Uint8Array;
  readonly classes: number;
  /** The words that end in each state, by index; null where none does. */
  readonly ends: readonly (readonly number[] | null)[];
}

/** Builds the automaton of some words. Characters beyond ASCII in words match anything beyond ASCII and more: use ASCII. */
export function createAutomaton(words: readonly string[]): Automaton {
  const folded = words.map((word) => word.toLowerCase());
  const { classOf, classes } = classify(folded);
  const trie = createTrie(folded, classOf, classes);
  const { next, ends } = close(trie, classes);
  return { next, classOf, classes, ends };
}

/** Calls `found` for each occurrence of each word, in the order of where they end. `found` may stop it by `'stop'`. */
export function findWords(
  { next, classOf, classes, ends }: Automaton,
  text: string,
  found: (word: number, end: number) => 'stop' | undefined,
): void {
  let state = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    state = next[state * classes + (code < 128 ? classOf[code]! : 0)]!;
    const words = ends[state];
    if (!words) continue;
    for (const word of words) {
      if (found(word, at + 1) === 'stop') return;
    }
  }
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
function close({ next, ends }: Trie, classes: number): { next: Int32Array; ends: (readonly number[] | null)[] } {
  const table = Int32Array.from(next);
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
  return { next: table, ends: ends.map((words) => (words.length === 0 ? null : words)) };
}
