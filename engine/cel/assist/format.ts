/** The blanks between the words of an expression, as people write CEL. Line breaks, comments and every word stay as they are. */
import type { Span } from '../../model.ts';
import { parse } from '../syntax/parse.ts';
import { type Token, tokenize } from '../syntax/token.ts';

/** A stretch of blanks, empty where one is missing, and what stands there instead. */
export interface BlankEdit {
  readonly span: Span;
  readonly text: '' | ' ';
}

/** What to change, in order. Nothing where the expression does not parse: who is in the middle of a word is left alone. */
export function formatBlanks(source: string): readonly BlankEdit[] {
  if (parse(source).problems.length > 0) return [];
  const words = rolesOf(tokenize(source, () => undefined).filter(({ kind }) => kind !== 'end'));
  return words.slice(1).flatMap((word, index): readonly BlankEdit[] => {
    const before = words[index];
    if (before === undefined) return [];
    const span = { start: before.token.end, end: word.token.start };
    const blanks = source.slice(span.start, span.end);
    const text = blankBetween(before.role, word.role);
    return /[^ \t]/.test(blanks) || blanks === text ? [] : [{ span, text }];
  });
}

/** `dot` and `optional`: of `.?`, `[?` and `{?`. `separator`: the colon of a map. */
type Role = 'word' | 'operator' | 'unary' | 'open' | 'close' | 'comma' | 'dot' | 'optional' | 'separator' | 'brace';

interface Word {
  readonly token: Token;
  readonly role: Role;
}

/** What each token is to its neighbours: a sign alone does not say whether it negates or subtracts. */
function rolesOf(tokens: readonly Token[]): readonly Word[] {
  const words: Word[] = [];
  /** Of each bracket that is open, how many conditions wait for their colon. */
  const waiting: number[] = [0];
  for (const token of tokens) {
    const role = roleOf(token, words.at(-1) ?? null, (waiting.at(-1) ?? 0) > 0);
    words.push({ token, role });
    const depth = waiting.length - 1;
    if (role === 'open' || role === 'brace') waiting.push(0);
    else if (role === 'close') waiting.pop();
    else if (role === 'operator' && token.text === '?') waiting[depth] = (waiting[depth] ?? 0) + 1;
    else if (role === 'operator' && token.text === ':') waiting[depth] = (waiting[depth] ?? 1) - 1;
  }
  return words;
}

function roleOf({ kind, text }: Token, before: Word | null, isInCondition: boolean): Role {
  const begins = before === null || !['word', 'close'].includes(before.role);
  if (kind === 'name' && text === 'in') return begins ? 'word' : 'operator';
  if (kind !== 'symbol') return 'word';
  switch (text) {
    case '(':
    case '[':
      // A list begins where a value does; else it is an index or the arguments of a call.
      return begins ? 'brace' : 'open';
    case '{':
      return begins ? 'brace' : 'open';
    case ')':
    case ']':
    case '}':
      return 'close';
    case ',':
      return 'comma';
    case '.':
      return 'dot';
    case '?':
      return begins ? 'optional' : 'operator';
    case ':':
      return isInCondition ? 'operator' : 'separator';
    case '!':
      return 'unary';
    case '-':
      return begins ? 'unary' : 'operator';
    default:
      return 'operator';
  }
}

function blankBetween(left: Role, right: Role): '' | ' ' {
  if (right === 'comma' || right === 'close' || right === 'separator') return '';
  if (left === 'comma' || left === 'separator' || left === 'operator' || right === 'operator') return ' ';
  if (['open', 'brace', 'unary', 'dot', 'optional'].includes(left)) return '';
  // What opens after a word belongs to it: arguments, an index, the fields of a message.
  return ['open', 'dot', 'optional'].includes(right) ? '' : ' ';
}
