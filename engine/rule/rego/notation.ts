/** Values as Rego writes them: JSON, and `{1, 2}` and `set()` for sets. */
import { Refusal } from './refusal.ts';

/** A value that was read. Numbers and texts keep the form in which they were written. */
export type Notation =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list' | 'set'; readonly items: readonly Notation[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Notation, Notation])[] };

const token = /\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|set\(\)|[a-z]+|[[\]{}:,])\s*/y;

/** Reads what a module wrote of a value. Throws a `Refusal` where it is none. */
export function readNotation(text: string): Notation {
  token.lastIndex = 0;
  let next = advance(text);
  const take = (expected?: string): string => {
    const taken = next;
    if (taken === null || (expected !== undefined && taken !== expected))
      throw new Refusal('what it wrote is no value');
    next = advance(text);
    return taken;
  };
  const until = (end: string, read: () => void): void => {
    while (next !== end) {
      read();
      if (next !== end) take(',');
    }
    take(end);
  };
  const read = (): Notation => {
    const first = take();
    if (first === '[') return listUntil(']', 'list');
    if (first === '{') return braces();
    if (first === 'set()') return { kind: 'set', items: [] };
    if (first.startsWith('"')) return { kind: 'text', text: first };
    return { kind: /^[-\d]/.test(first) ? 'number' : 'word', text: first };
  };
  const listUntil = (end: string, kind: 'list' | 'set'): Notation => {
    const items: Notation[] = [];
    until(end, () => items.push(read()));
    return { kind, items };
  };
  const braces = (): Notation => {
    const items: Notation[] = [];
    const entries: [Notation, Notation][] = [];
    until('}', () => {
      const key = read();
      if (next !== ':') items.push(key);
      else {
        take(':');
        entries.push([key, read()]);
      }
    });
    return items.length > 0 ? { kind: 'set', items } : { kind: 'map', entries };
  };
  return read();
}

function advance(text: string): string | null {
  return token.exec(text)?.[1] ?? null;
}

/** The value as OPA writes it: keys and elements of sets in Rego's order. */
export function formatNotation(value: Notation): string {
  switch (value.kind) {
    case 'list':
      return `[${value.items.map(formatNotation).join(', ')}]`;
    case 'set':
      return value.items.length === 0 ? 'set()' : `{${value.items.toSorted(compare).map(formatNotation).join(', ')}}`;
    case 'map': {
      const sorted = value.entries.toSorted(([a], [b]) => compare(a, b));
      return `{${sorted.map(([key, item]) => `${formatNotation(key)}: ${formatNotation(item)}`).join(', ')}}`;
    }
    default:
      return value.text;
  }
}

const ranks: readonly Notation['kind'][] = ['word', 'number', 'text', 'list', 'map', 'set'];

/** Rego's order among the values that are keys and elements in practice; of larger ones, that of their texts. */
function compare(a: Notation, b: Notation): number {
  if (a.kind !== b.kind) return ranks.indexOf(a.kind) - ranks.indexOf(b.kind);
  if (a.kind === 'number' && b.kind === 'number') return Number(a.text) - Number(b.text);
  if (a.kind === 'word' && b.kind === 'word') return wordRank(a.text) - wordRank(b.text);
  const [one, other] = [formatNotation(a), formatNotation(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function wordRank(word: string): number {
  return ['null', 'false', 'true'].indexOf(word);
}
