/** Mutations of a regular expression: an alternative less. */
import type { Span } from '../../model.ts';
import { type Change, quoted } from './change.ts';

interface Group {
  /** Where the group's alternatives begin: behind `(` or `(?:`. */
  readonly start: number;
  readonly bars: number[];
}

/** Every mutation of an expression in RE2 syntax, in order. Offsets count in `regex`. */
export function regexChanges(regex: string): readonly Change[] {
  const changes: Change[] = [];
  const groups: Group[] = [{ start: 0, bars: [] }];
  for (const { start, end } of tokens(regex)) {
    const token = regex.slice(start, end);
    const group = groups.at(-1);
    if (token.startsWith('(')) groups.push({ start: end, bars: [] });
    else if (token === '|') group?.bars.push(start);
    else if (token === ')' && groups.length > 1) changes.push(...withoutAlternative(regex, groups.pop(), start));
  }
  changes.push(...withoutAlternative(regex, groups[0], regex.length));
  return changes;
}

/** Characters, escapes, classes and the beginnings of groups. */
function* tokens(regex: string): Generator<Span> {
  const token = /\\p\{[^}]*\}|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\w+:\]|[^\]\\])*\]|\((?:\?[A-Za-z]*(?:<\w+>|:))?|[\s\S]/g;
  for (const match of regex.matchAll(token)) yield { start: match.index, end: match.index + match[0].length };
}

/** The end of the text is no mutant: the file of a case ends with a line break, so no case could notice it. */
function withoutAlternative(regex: string, group: Group | undefined, end: number): readonly Change[] {
  if (group === undefined || group.bars.length === 0) return [];
  const { start, bars } = group;
  const starts = [start, ...bars.map((bar) => bar + 1)];
  return starts.flatMap((from, index) => {
    const to = bars[index] ?? end;
    if (regex.slice(from, to) === '$' && !/^\(\?[a-z]*m/.test(regex)) return [];
    const span = index === 0 ? { start: from, end: to + 1 } : { start: from - 1, end: to };
    return [{ span, text: '', title: `without the alternative ${quoted(regex.slice(from, to))}` }];
  });
}
