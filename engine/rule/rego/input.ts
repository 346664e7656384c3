import { Unknown, type Value } from '../../model.ts';

const maxCharacters = 4_000_000;

/** A value as JSON, or why there is none of it. */
export type Input =
  | { readonly kind: 'input'; readonly json: string }
  /** A template still has to fill something. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'too large' };

/** What a rule of Rego sees as `input`. */
export function inputOf(value: Value): Input {
  const pieces: string[] = [];
  let length = 0;
  // Aliases may make a value far larger than its text: what is written is counted.
  const add = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
  };
  const write = (item: Value): 'done' | Exclude<Input['kind'], 'input'> => {
    if (length > maxCharacters) return 'too large';
    if (item instanceof Unknown) return 'unknown';
    if (typeof item !== 'object' || item === null) add(scalar(item));
    else {
      const isList = Array.isArray(item);
      add(isList ? '[' : '{');
      for (const [index, key] of Object.keys(item).entries()) {
        if (index > 0) add(',');
        if (!isList) add(`${scalar(key)}:`);
        const ended = write((item as Readonly<Record<string, Value>>)[key] ?? null);
        if (ended !== 'done') return ended;
      }
      add(isList ? ']' : '}');
    }
    return 'done';
  };
  const ended = write(value);
  return ended === 'done' ? { kind: 'input', json: pieces.join('') } : { kind: ended };
}

function scalar(value: null | boolean | number | bigint | string): string {
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(typeof value === 'string' ? value.toWellFormed() : value);
}
