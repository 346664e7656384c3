/** Text with CEL in single braces: `container {self.name} runs privileged`. `{{ … }}` stays as it is. */
import type { Program, Variables } from '../cel/index.ts';
import type { CelValue } from '../cel/value.ts';
import { Unknown } from '../model.ts';

/** A stretch of a template: text as it is, or CEL and where it begins. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'cel'; readonly source: string; readonly offset: number };

/** A template ready to be filled: text and programs in turn. */
export interface Template {
  readonly pieces: readonly (string | Program)[];
}

const maxValue = 200;
const maxText = 1_000;
/** What a secret is recognised by is no longer. */
const margin = 12;
const cost = 100_000;

/** Splits a template. A brace that is not closed is a problem at its offset. */
export function parseTemplate(text: string): {
  readonly pieces: readonly Piece[];
  readonly problem: { readonly offset: number; readonly message: string } | null;
} {
  const pieces: Piece[] = [];
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open < 0) break;
    plain += text.slice(at, open);
    const isText = text[open + 1] === '{';
    const close = isText ? text.indexOf('}}', open) : closingBrace(text, open + 1);
    if (close < 0)
      return { pieces, problem: { offset: open, message: 'this brace is never closed; CEL stands in { }' } };
    if (isText) plain += text.slice(open, close + 2);
    else {
      if (plain !== '') pieces.push({ kind: 'text', text: plain });
      plain = '';
      pieces.push({ kind: 'cel', source: text.slice(open + 1, close), offset: open + 1 });
    }
    at = close + (isText ? 2 : 1);
  }
  plain += text.slice(at);
  if (plain !== '') pieces.push({ kind: 'text', text: plain });
  return { pieces, problem: null };
}

/** What stands beside CEL and was probably meant to belong to it; offsets are those of the template. */
export function templateDoubts(
  pieces: readonly Piece[],
): readonly { readonly offset: number; readonly message: string }[] {
  return pieces.flatMap((piece, index) => {
    if (piece.kind === 'text') return [];
    const [before, after] = [pieces[index - 1], pieces[index + 1]];
    const end = piece.offset + piece.source.length + 1;
    const dollar = before?.kind === 'text' && /(?:^|[^$])\$$/.test(before.text);
    const brace = after?.kind === 'text' && after.text.startsWith('}');
    return [
      ...(dollar ? [{ offset: piece.offset - 2, message: 'the $ stays in the text: CEL stands in { } alone' }] : []),
      ...(brace ? [{ offset: end, message: 'this brace closes nothing, and stays in the text' }] : []),
    ];
  });
}

/** A stretch of a filled template: its text, with a margin beyond what is shown of it. */
export interface Filled {
  readonly text: string;
  /** How much of it is shown, in UTF-16 units. */
  readonly longest: number;
}

/** Fills a template. A piece that cannot be said is a `?`, so that the finding still stands. */
export function renderTemplate(template: Template, variables: Variables): string {
  return clipped(fillTemplate(template, variables), (text) => text);
}

/** A template's stretches, filled. Each has a margin beyond its cut: a secret that begins before the cut is recognised. */
export function fillTemplate(template: Template, variables: Variables): readonly Filled[] {
  const stretches: Filled[] = [];
  let length = 0;
  for (const piece of template.pieces) {
    const stretch =
      typeof piece === 'string'
        ? { text: piece, longest: piece.length }
        : { text: rendered(piece, variables), longest: maxValue };
    stretches.push(stretch);
    length += Math.min(stretch.text.length, stretch.longest);
    if (length > maxText + margin) break;
  }
  return stretches;
}

/** Whether some of the text is not shown. */
export function isCut(stretches: readonly Filled[]): boolean {
  return stretches.some(isLong) || stretches.reduce((length, { text }) => length + text.length, 0) > maxText;
}

/** The text as it is shown. What must not be seen is masked first, so that no cut leaves a piece of it. */
export function clipped(stretches: readonly Filled[], masked: (text: string) => string): string {
  const text = stretches.map(({ text, longest }) => clip(masked(text), longest)).join('');
  return clip(masked(text), maxText);
}

function isLong({ text, longest }: Filled): boolean {
  return text.length > longest;
}

function clip(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function rendered(program: Program, variables: Variables): string {
  const evaluation = program.evaluate(variables, { cost });
  if (evaluation.kind === 'unknown') return evaluation.unknowns[0]?.reason ?? '?';
  return evaluation.kind === 'error' ? '?' : lineOf(evaluation.value);
}

/** A value on one line, a little longer than it is shown. */
function lineOf(value: CelValue): string {
  const text = typeof value === 'string' ? value : plain(value, 0);
  return text.replace(/\s+/g, ' ').slice(0, maxValue + margin);
}

function plain(value: CelValue, depth: number): string {
  if (value === null || typeof value !== 'object') return String(value);
  if (depth > 3) return '…';
  if (Array.isArray(value))
    return value
      .slice(0, 20)
      .map((item) => plain(item, depth + 1))
      .join(', ');
  if (value instanceof Unknown) return value.reason;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return boxed(value);
  const entries = Object.entries(value).slice(0, 20);
  return `{${entries.map(([key, item]) => `${key}: ${plain(item, depth + 1)}`).join(', ')}}`;
}

/** CEL's own values: a boxed number or optional shows what it holds. */
function boxed(value: object): string {
  if ('value' in value) return value.value === undefined ? 'none' : plain(value.value as CelValue, 1);
  const text = String(value);
  return text === '[object Object]' ? '?' : text;
}

/** The brace that closes a CEL expression: strings and inner braces are stepped over. */
function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"' || character === "'") {
      at = closingQuote(text, at);
      if (at < 0) return -1;
    } else if (character === '{') depth++;
    else if (character === '}' && depth-- === 0) return at;
  }
  return -1;
}

function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[open]) return at;
  }
  return -1;
}
