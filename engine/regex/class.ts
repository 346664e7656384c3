import { type CharSet, complement, folded, type Range, union } from './node.ts';

/** A character class read from a pattern, and where the pattern goes on. Null: not a class of RE2's syntax. */
export interface ReadSet {
  readonly set: CharSet;
  readonly next: number;
}

/**
 * Reads a bracketed class that opens at `at`, with RE2's rules: `]` may stand first, POSIX and Perl classes inside, a
 * folded class is folded before it is negated.
 */
export function readBracket(pattern: string, at: number, fold: 'exact' | 'fold'): ReadSet | null {
  let next = at + 1;
  const negated = pattern[next] === '^';
  if (negated) next++;
  const parts: CharSet[] = [];
  for (let first = true; first || pattern[next] !== ']'; first = false) {
    if (next >= pattern.length) return null;
    const part = readNamed(pattern, next) ?? (isPosix(pattern, next) ? null : readRange(pattern, next));
    if (part === null) return null;
    parts.push(fold === 'fold' ? folded(part.set) : part.set);
    next = part.next;
  }
  const set = union(...parts);
  return { set: negated ? complement(set) : set, next: next + 1 };
}

/** Reads `\d`, `\W`, `\pL`, `\p{Greek}`, `[:alpha:]` … at `at`; null where there is none. */
export function readNamed(pattern: string, at: number): ReadSet | null {
  if (pattern.startsWith('[:', at)) return readPosix(pattern, at);
  if (pattern[at] !== '\\') return null;
  const letter = pattern[at + 1] ?? '';
  const perl = perlClasses[letter.toLowerCase()];
  if (perl !== undefined) return { set: letter < 'a' ? complement(of(perl)) : of(perl), next: at + 2 };
  if (letter !== 'p' && letter !== 'P') return null;
  const opaque = { ranges: [[0, 0x10ffff] as const], opaque: true };
  if (pattern[at + 2] !== '{') return at + 2 < pattern.length ? { set: opaque, next: at + 3 } : null;
  const end = pattern.indexOf('}', at);
  return end < 0 ? null : { set: opaque, next: end + 1 };
}

/** Reads one character, escaped or not, at `at`; null where the escape is not one of RE2's. */
export function readCharacter(pattern: string, at: number): { readonly code: number; readonly next: number } | null {
  if (at >= pattern.length) return null;
  const code = pattern.codePointAt(at)!;
  if (code !== 0x5c) return { code, next: at + (code > 0xffff ? 2 : 1) };
  const letter = pattern[at + 1];
  if (letter === undefined) return null;
  const control = controls[letter];
  if (control !== undefined) return { code: control, next: at + 2 };
  if (letter === 'x') return readHex(pattern, at + 2);
  if (/[0-7]/.test(letter)) return readOctal(pattern, at + 1);
  if (/[!-/:-@[-`{-~]/.test(letter)) return { code: letter.charCodeAt(0), next: at + 2 };
  return null;
}

function readRange(pattern: string, at: number): ReadSet | null {
  const low = readCharacter(pattern, at);
  if (low === null) return null;
  if (pattern[low.next] !== '-' || pattern[low.next + 1] === ']' || low.next + 1 >= pattern.length) {
    return { set: of([[low.code, low.code]]), next: low.next };
  }
  const high = readCharacter(pattern, low.next + 1);
  if (high === null || high.code < low.code) return null;
  return { set: of([[low.code, high.code]]), next: high.next };
}

function readPosix(pattern: string, at: number): ReadSet | null {
  const match = /^\[:(\^?)([a-z]+):\]/.exec(pattern.slice(at, at + 16));
  const ranges = match && posixClasses[match[2]!];
  if (!ranges) return null;
  return { set: match[1] === '^' ? complement(of(ranges)) : of(ranges), next: at + match[0].length };
}

/** Whether `[:` begins the name of a class, known or not: somewhere behind it the name ends. */
function isPosix(pattern: string, at: number): boolean {
  return pattern.startsWith('[:', at) && pattern.includes(':]', at + 1);
}

function readHex(pattern: string, at: number): { readonly code: number; readonly next: number } | null {
  const match = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})/.exec(pattern.slice(at, at + 12));
  if (match === null) return null;
  const code = Number.parseInt(match[1] ?? match[2]!, 16);
  return code > 0x10ffff ? null : { code, next: at + match[0].length };
}

/** A single digit 1-7 would be a backreference, which RE2 does not have. */
function readOctal(pattern: string, at: number): { readonly code: number; readonly next: number } | null {
  const digits = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(pattern.slice(at, at + 3))?.[0];
  return digits === undefined ? null : { code: Number.parseInt(digits, 8), next: at + digits.length };
}

function of(ranges: readonly Range[]): CharSet {
  return { ranges, opaque: false };
}

const controls: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  a: 7,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
});

const digit: Range = [0x30, 0x39];
const upper: Range = [0x41, 0x5a];
const lower: Range = [0x61, 0x7a];

const perlClasses: Readonly<Record<string, readonly Range[]>> = Object.assign(Object.create(null), {
  d: [digit],
  s: [
    [9, 10],
    [12, 13],
    [32, 32],
  ],
  w: [digit, upper, [0x5f, 0x5f], lower],
});

const posixClasses: Readonly<Record<string, readonly Range[]>> = Object.assign(Object.create(null), {
  alnum: [digit, upper, lower],
  alpha: [upper, lower],
  ascii: [[0, 0x7f]],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: [digit],
  graph: [[0x21, 0x7e]],
  lower: [lower],
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: [upper],
  word: [digit, upper, [0x5f, 0x5f], lower],
  xdigit: [digit, [0x41, 0x46], [0x61, 0x66]],
});
