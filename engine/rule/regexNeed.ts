import type { Need } from './prefilter.ts';

/**
 * What every text that a regular expression matches must contain: the plain runs of a concatenation, one branch of an
 * alternation. Whatever is optional, a class, or not understood says nothing; nor does a group with flags of its own
 * (`(?i:…)`), and flags for what follows (`(?i)`) make the whole say nothing.
 */
export function regexNeed(regex: string): Need {
  if (/\(\?[a-zA-Z-]+\)/.test(regex)) return { kind: 'always' };
  const reader = { regex, at: 0 };
  const need = alternation(reader);
  return reader.at === regex.length ? need : { kind: 'always' };
}

interface Reader {
  readonly regex: string;
  at: number;
}

const minLength = 2;

function alternation(reader: Reader): Need {
  const branches = [concatenation(reader)];
  while (reader.regex[reader.at] === '|') {
    reader.at++;
    branches.push(concatenation(reader));
  }
  if (branches.length === 1) return branches[0]!;
  return branches.some(({ kind }) => kind === 'always') ? { kind: 'always' } : { kind: 'any', needs: branches };
}

function concatenation(reader: Reader): Need {
  const needs: Need[] = [];
  let run = '';
  const end = (): void => {
    if (run.length >= minLength) needs.push({ kind: 'word', word: run });
    run = '';
  };
  while (reader.at < reader.regex.length && !'|)'.includes(reader.regex[reader.at]!)) {
    const atom = readAtom(reader);
    const quantifier = readQuantifier(reader);
    if (typeof atom === 'string' && quantifier === 'one') {
      run += atom;
      continue;
    }
    end();
    if (typeof atom !== 'string' && atom.kind !== 'always' && quantifier !== 'maybe') needs.push(atom);
    if (typeof atom === 'string' && quantifier === 'more') run = atom;
    if (quantifier === 'more') end();
  }
  end();
  if (needs.length === 0) return { kind: 'always' };
  return needs.length === 1 ? needs[0]! : { kind: 'all', needs };
}

/** A plain character, or what a group, class or sign needs. */
function readAtom(reader: Reader): string | Need {
  const sign = reader.regex[reader.at++]!;
  if (sign === '(') return readGroup(reader);
  if (sign === '[') return readClass(reader);
  if (sign === '\\') {
    const escaped = reader.regex[reader.at++] ?? '';
    if (/[a-zA-Z0-9]/.test(escaped)) {
      skipBraces(reader);
      return { kind: 'always' };
    }
    return escaped;
  }
  return '.^$'.includes(sign) ? { kind: 'always' } : sign;
}

/** `\p{L}` and `\x{41}` carry their name in braces. */
function skipBraces(reader: Reader): void {
  if (!/[pPx]/.test(reader.regex[reader.at - 1]!) || reader.regex[reader.at] !== '{') return;
  const close = reader.regex.indexOf('}', reader.at);
  if (close >= 0) reader.at = close + 1;
}

function readGroup(reader: Reader): Need {
  const [head, flags] = /^\?([imsU-]*):/.exec(reader.regex.slice(reader.at, reader.at + 10)) ?? ['', ''];
  if (head === '' && reader.regex[reader.at] === '?') return giveUp(reader);
  reader.at += head.length;
  const need = alternation(reader);
  if (reader.regex[reader.at] !== ')') return giveUp(reader);
  reader.at++;
  return flags === '' ? need : { kind: 'always' };
}

function readClass(reader: Reader): Need {
  const close = /^\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]/.exec(reader.regex.slice(reader.at));
  if (close === null) return giveUp(reader);
  reader.at += close[0].length;
  return { kind: 'always' };
}

/** Leaves the reader beyond the end, which makes the whole say nothing. */
function giveUp(reader: Reader): Need {
  reader.at = reader.regex.length + 1;
  return { kind: 'always' };
}

function readQuantifier(reader: Reader): 'one' | 'more' | 'maybe' {
  const found = /^(?:[*?]|\+|\{(\d*)(?:,\d*)?\})[?+]?/.exec(reader.regex.slice(reader.at));
  if (found === null) return 'one';
  reader.at += found[0].length;
  const sign = found[0][0];
  if (sign === '+') return 'more';
  return sign === '{' && Number(found[1]) > 0 ? 'more' : 'maybe';
}
