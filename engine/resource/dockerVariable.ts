/** Variables of a Dockerfile: https://docs.docker.com/reference/dockerfile/#environment-replacement */
import { Unknown, type Value } from '../model.ts';

/** What is known of each variable; unknown where it is only given at build time. */
export type Variables = Map<string, Value>;

/** The text with `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}` replaced; unknown where one of them is. */
export function resolveVariables(text: string, variables: Variables): Value {
  if (!text.includes('$')) return text;
  if (text.length > maxLength) return new Unknown('a long text');
  let unknown: Unknown | null = null;
  const resolved = text.replace(reference, (written, bare, braced, operator, word) => {
    const value = variables.get(bare ?? braced);
    const known = typeof value === 'string' && value !== '';
    if (operator === ':+' || operator === '+') return known ? word : '';
    if (known) return value;
    if (operator !== undefined && !(value instanceof Unknown)) return word;
    unknown = value instanceof Unknown ? value : new Unknown(`variable ${bare ?? braced}`);
    return written;
  });
  // Each variable may double those before it.
  return unknown ?? (resolved.length > maxLength ? new Unknown('a long text') : resolved);
}

const maxLength = 10_000;

const reference = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+])([^{}$]*)|[^\w{}][^{}]*)?\})/g;
