import type { Span } from '../model.ts';

/** Which templates a YAML file may hold: GitHub's are parsed as YAML first and filled in afterwards, all others before. */
export type TemplateStyle = 'github' | 'any';

export function templateStyle(path: string): TemplateStyle {
  return /(?:^|\/)(?:\.github\/|action\.ya?ml$)/.test(path) ? 'github' : 'any';
}

/** An own-line template that writes text of its own, at the column where that text will stand. */
export interface Insertion {
  readonly offset: number;
  readonly column: number;
}

export interface Masked {
  /** As long as the text; parses as if every template had been filled with a word. */
  readonly text: string;
  readonly insertions: readonly Insertion[];
}

/** Every `{{ … }}` and `${{ … }}`, braces included, in order. One that is not closed is none. */
export function findTemplates(text: string, style: TemplateStyle): readonly Span[] {
  const spans: Span[] = [];
  const opening = style === 'github' ? '${{' : '{{';
  for (let at = text.indexOf(opening); at >= 0; ) {
    const close = text.indexOf('}}', at + opening.length);
    if (close < 0) break;
    const start = style === 'any' && text[at - 1] === '$' ? at - 1 : at;
    const end = closingBraces(text, close);
    spans.push({ start, end });
    at = text.indexOf(opening, end);
  }
  return spans;
}

/** `{{ {"a": {}} }}`: of a run of braces the last two close. */
function closingBraces(text: string, close: number): number {
  let end = close + 2;
  while (text[end] === '}') end++;
  return end;
}

/**
 * Hides templates at equal length: one that has its lines to itself becomes blank, one within a line becomes a word.
 * `${{ … }}` stays as it is, since what reads it reads the YAML first.
 */
export function maskTemplates(text: string, templates: readonly Span[]): Masked {
  const pieces: string[] = [];
  const insertions: Insertion[] = [];
  let done = 0;
  for (const group of ownLineGroups(text, templates)) {
    for (const { start, end } of group.templates) {
      pieces.push(text.slice(done, start), group.ownLine ? blank(text, start, end) : word(start, end));
      done = end;
      if (group.ownLine) insertions.push(...insertionOf(text, start, end));
    }
  }
  return { text: pieces.join('') + text.slice(done), insertions };
}

interface Group {
  readonly ownLine: boolean;
  readonly templates: readonly Span[];
}

/** Templates of the Helm kind, gathered by the lines that they share. */
function ownLineGroups(text: string, templates: readonly Span[]): readonly Group[] {
  const groups: Group[] = [];
  const helm = templates.filter(({ start }) => text[start] !== '$');
  for (let index = 0; index < helm.length; ) {
    const first = index;
    let end = lineEnd(text, helm[index]!.end);
    for (index++; index < helm.length && helm[index]!.start < end; index++) end = lineEnd(text, helm[index]!.end);
    const members = helm.slice(first, index);
    groups.push({ ownLine: isAlone(text, members, end), templates: members });
  }
  return groups;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

function isAlone(text: string, members: readonly Span[], end: number): boolean {
  const first = members[0]!.start;
  let done = text.lastIndexOf('\n', first - 1) + 1;
  for (const member of members) {
    if (text.slice(done, member.start).trim() !== '') return false;
    done = member.end;
  }
  return /^\s*(?:#.*)?$/.test(text.slice(done, end));
}

function blank(text: string, start: number, end: number): string {
  return text.slice(start, end).replace(/[^\r\n]/g, ' ');
}

function word(start: number, end: number): string {
  return 'x'.repeat(end - start);
}

const control = /^\{\{-?\s*(?:(?:if|else|end|range|with|define|break|continue|fail)\b|\/\*|\$\w*\s*:?=)/;

function insertionOf(text: string, start: number, end: number): readonly Insertion[] {
  const source = text.slice(start, end);
  if (control.test(source)) return [];
  const indent = /\bn?indent\s+(\d{1,3})\b[^|]*$/.exec(source)?.[1];
  const column = indent === undefined ? start - (text.lastIndexOf('\n', start - 1) + 1) : Number(indent);
  return [{ offset: start, column }];
}

/** Whether a template stands within. Templates do not overlap, so the first one that ends after `start` decides. */
export function touchesTemplate(templates: readonly Span[], start: number, end: number): boolean {
  let low = 0;
  let high = templates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (templates[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  return low < templates.length && templates[low]!.start < end;
}
