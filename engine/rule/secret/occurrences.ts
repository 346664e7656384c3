/** Where keywords stand in a text that is edited: only around what changed is it read again. */
import { commonPrefix, commonSuffix } from '../../document/difference.ts';
import { type Automaton, findWords, findWordsWithin, type Take } from './automaton.ts';

/** The keywords of a text. */
export interface Occurrences {
  readonly text: string;
  /** In the order of where they end. */
  readonly words: readonly Occurrence[];
}

interface Occurrence {
  readonly word: number;
  readonly end: number;
}

/** Longer texts are no documents that a person types in. In UTF-16 units. */
const longText = 1_000_000;

/**
 * The keywords of a text; null where it is too long to keep them. `before` are those of a text that it may have come from:
 * they only save work.
 */
export function occurrencesIn(
  automaton: Automaton,
  longestWord: number,
  text: string,
  before: Occurrences | null,
): Occurrences | null {
  if (text.length > longText) return null;
  const words: Occurrence[] = [];
  const add: Take = (word, end) => void words.push({ word, end });
  if (before === null) {
    findWords(automaton, text, add);
    return { text, words };
  }
  const front = commonPrefix(before.text, text);
  const back = commonSuffix(before.text, text, front);
  const by = text.length - before.text.length;
  // What ends this far behind the change began behind it.
  const reach = Math.min(text.length, text.length - back + longestWord);
  let known = 0;
  for (; known < before.words.length && before.words[known]!.end <= front; known++) words.push(before.words[known]!);
  const around = { start: Math.max(0, front - longestWord), end: reach };
  findWordsWithin(automaton, text, around, (word, end) => (end > front ? add(word, end) : undefined));
  for (; known < before.words.length; known++) {
    const { word, end } = before.words[known]!;
    if (end + by > reach) words.push(by === 0 ? before.words[known]! : { word, end: end + by });
  }
  return { text, words };
}
