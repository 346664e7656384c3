import type { Span } from '../../model.ts';

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
  const states = breadthFirst(createTrie(folded, classOf));
  const { order, firstEnd } = endsLast(states, classes);
  return { classOf, classes, firstEnd, next: tableOf(states, classes), ends: order.map(({ ends }) => ends) };
}

/** Takes an occurrence of a word, and may stop the search by `'stop'`. */
export type Take = (word: number, end: number) => 'stop' | undefined;

/** Calls `found` for each occurrence of each word, in the order of where they end. */
export function findWords(automaton: Automaton, text: string, found: Take): void {
  findWordsWithin(automaton, text, { start: 0, end: text.length }, found);
}

/** {@link findWords} of the words that stand within a span. */
export function findWordsWithin(automaton: Automaton, text: string, { start, end }: Span, found: Take): void {
  const { firstEnd, classes, ends } = automaton;
  const cursor: Cursor = { at: start, end, state: 0 };
  while (readOn(automaton, text, cursor)) {
    for (const word of ends[(cursor.state - firstEnd) / classes]!) {
      if (found(word, cursor.at) === 'stop') return;
    }
  }
}

/** How far a text is read. */
interface Cursor {
  at: number;
  readonly end: number;
  state: number;
}

/** Reads on to where the next word ends, if there is one. By itself, so that it is compiled once, whatever is found. */
function readOn({ next, classOf, firstEnd }: Automaton, text: string, cursor: Cursor): boolean {
  const { end } = cursor;
  let { at, state } = cursor;
  while (at < end) {
    const code = text.charCodeAt(at++);
    state = next[state + (code < 128 ? classOf[code]! : 0)]!;
    if (state < firstEnd) continue;
    cursor.at = at;
    cursor.state = state;
    return true;
  }
  return false;
}

/** A state while the automaton is built: what was read to come here is the beginning of a word. */
interface State {
  readonly edges: Map<number, State>;
  /** The words that end here, by index; those that end in a suffix come after them. */
  readonly ends: number[];
  /** The state of the longest proper suffix that is the beginning of a word too. */
  suffix: State | null;
  /** The offset of its row in the table. */
  row: number;
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

function createTrie(words: readonly string[], classOf: Uint8Array): State {
  const root = createState();
  for (const [index, word] of words.entries()) {
    let state = root;
    for (const character of word) {
      const edge = classOf[character.charCodeAt(0)] ?? 0;
      const known = state.edges.get(edge) ?? createState();
      state.edges.set(edge, known);
      state = known;
    }
    if (state !== root) state.ends.push(index);
  }
  return root;
}

function createState(): State {
  return { edges: new Map(), ends: [], suffix: null, row: 0 };
}

/** All states, the beginning first and a suffix before what it is one of; each with its suffix, whose words end in it too. */
function breadthFirst(root: State): readonly State[] {
  const states = [root];
  for (const state of states) {
    for (const [edge, target] of state.edges) {
      target.suffix = suffixBehind(state, edge, root);
      target.ends.push(...target.suffix.ends);
      states.push(target);
    }
  }
  return states;
}

/** Where the longest proper suffix of a state goes on with `edge`. */
function suffixBehind({ suffix }: State, edge: number, root: State): State {
  for (let at = suffix; at !== null; at = at.suffix) {
    const target = at.edges.get(edge);
    if (target !== undefined) return target;
  }
  return root;
}

/** Gives each state its row, those where a word ends behind the others, and answers those. */
function endsLast(states: readonly State[], classes: number): { order: readonly State[]; firstEnd: number } {
  const plain = states.filter(({ ends }) => ends.length === 0);
  const order = states.filter(({ ends }) => ends.length > 0);
  for (const [position, state] of [...plain, ...order].entries()) state.row = position * classes;
  return { order, firstEnd: plain.length * classes };
}

/** A missing edge goes where the suffix goes: a row is the suffix's, with the state's own edges on top. */
function tableOf(states: readonly State[], classes: number): Automaton['next'] {
  const size = states.length * classes;
  const table = size < 65_536 ? new Uint16Array(size) : new Int32Array(size);
  for (const { row, suffix, edges } of states) {
    if (suffix !== null) table.copyWithin(row, suffix.row, suffix.row + classes);
    for (const [edge, target] of edges) table[row + edge] = target.row;
  }
  return table;
}
