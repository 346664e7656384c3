/**
 * Dockerfile as text: its instructions, each with its arguments at their own offsets.
 * https://docs.docker.com/reference/dockerfile/
 *
 * Written here since the offsets must be exact, a word must keep its quotes' content, and the exec form its spaces.
 */
import { readJson } from '../json.ts';
import type { Span } from '../model.ts';

/** One instruction as it is written. */
export interface RawInstruction {
  /** In upper case; of an ONBUILD, the instruction that it defers. */
  readonly keyword: string;
  readonly keywordSpan: Span;
  readonly onbuild: boolean;
  /** From the keyword to the end of the last line, heredocs included. */
  readonly span: Span;
  /** Behind keyword and flags. */
  readonly body: Span;
  /** As long as `body`: continuations and the comments between them are blank, heredocs are as they are. */
  readonly text: string;
  readonly flags: readonly RawFlag[];
  readonly heredocs: readonly Span[];
}

interface RawFlag {
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

/** A word of an instruction's arguments. */
export interface Word {
  /** Without its quotes. */
  readonly text: string;
  readonly span: Span;
}

/** Reads a Dockerfile. Lines that are no instruction are left out. */
export function scanDockerfile(text: string): readonly RawInstruction[] {
  const escapeSign = escapeCharacter(text);
  const found: RawInstruction[] = [];
  const search: HeredocSearch = { text, failures: 0 };
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    if (isIgnored(text.slice(at, end))) {
      at = end + 1;
      continue;
    }
    const block = continued(text, at, escapeSign);
    const instruction = instructionOf(search, block);
    if (instruction !== null) found.push(instruction);
    at = (instruction?.span.end ?? block.end) + 1;
  }
  return found;
}

/** Splits arguments at spaces outside of quotes. `from` is where `text` begins in the file. */
export function wordsOf(text: string, from: number): readonly Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(/(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|\\.|[^\s"'\\]|\\)+/gs)) {
    if (words.length >= maxWords) break;
    words.push({
      text: unquote(match[0]),
      span: { start: from + match.index, end: from + match.index + match[0].length },
    });
  }
  return words;
}

const maxWords = 10_000;

/** The strings of the exec form (`["a", "b"]`), or null where it is not one. */
export function execForm(text: string, from: number): readonly Word[] | null {
  if (!text.trimStart().startsWith('[')) return null;
  const items = readJson(text);
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) return null;
  const strings = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  return items.map((item: string, index) => {
    const start = from + (strings[index]?.index ?? 0);
    return { text: item, span: { start, end: start + (strings[index]?.[0].length ?? 0) } };
  });
}

/** As a parser directive sets it. Directives stand before all else, comments included: https://docs.docker.com/reference/dockerfile/#parser-directives */
function escapeCharacter(text: string): string {
  for (const line of text.slice(0, 2_000).split('\n')) {
    const [, name, value] = /^#\s*(syntax|escape|check)\s*=\s*(\S)/i.exec(line) ?? [];
    if (name === undefined) break;
    if (name.toLowerCase() === 'escape') return value === '`' ? '`' : '\\';
  }
  return '\\';
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function isIgnored(line: string): boolean {
  const first = line.trimStart()[0];
  return first === undefined || first === '#';
}

interface Block {
  readonly start: number;
  readonly end: number;
  /** As long as the block. */
  readonly text: string;
}

/** A line and those that continue it. Empty lines and comments among them do not end it. */
function continued(text: string, start: number, escapeSign: string): Block {
  const pieces: string[] = [];
  let at = start;
  for (let open = true; open; ) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    const ignored = isIgnored(line) && pieces.length > 0;
    const tail = ignored ? null : continuation(line, escapeSign);
    if (tail === null) pieces.push(ignored ? ' '.repeat(line.length) : line);
    else pieces.push(line.slice(0, tail), ' '.repeat(line.length - tail));
    open = (ignored || tail !== null) && end < text.length;
    if (!open) return { start, end, text: pieces.join('') };
    pieces.push(' ');
    at = end + 1;
  }
  return { start, end: at, text: pieces.join('') };
}

/** Where the escape character stands that continues a line. */
function continuation(line: string, escapeSign: string): number | null {
  const trimmed = line.trimEnd();
  return trimmed.endsWith(escapeSign) ? trimmed.length - 1 : null;
}

function instructionOf(search: HeredocSearch, block: Block): RawInstruction | null {
  const { text } = search;
  const head = /^\s*(?:(onbuild)\s+)?([a-z]+)(?=\s|$)\s*/i.exec(block.text);
  if (head === null) return null;
  const keyword = head[2]!.toUpperCase();
  const keywordStart = block.start + head[0].indexOf(head[2]!, head[1]?.length ?? 0);
  const { flags, length } = flagsOf(block.text.slice(head[0].length), block.start + head[0].length);
  const from = head[0].length + length;
  const heredocs = heredocKeywords.has(keyword) ? heredocsAfter(search, block, from) : [];
  const end = Math.max(block.end, heredocs.at(-1)?.end ?? 0);
  return {
    keyword,
    keywordSpan: { start: keywordStart, end: keywordStart + keyword.length },
    onbuild: head[1] !== undefined,
    span: { start: keywordStart, end: trimmedEnd(text, end) },
    body: { start: block.start + from, end: trimmedEnd(text, end) },
    text: (block.text.slice(from) + text.slice(block.end, end)).trimEnd(),
    flags,
    heredocs: heredocs.map(({ start, content }) => ({ start, end: content })),
  };
}

function trimmedEnd(text: string, end: number): number {
  return text[end - 1] === '\r' ? end - 1 : end;
}

function flagsOf(text: string, from: number): { readonly flags: readonly RawFlag[]; readonly length: number } {
  const flags: RawFlag[] = [];
  let at = 0;
  for (;;) {
    const match = /^--([a-z][\w-]*)(?:=((?:"[^"]*"|[^\s"])*))?(?:\s+|$)/i.exec(text.slice(at, at + maxFlag));
    if (match === null) return { flags, length: at };
    const start = from + at;
    flags.push({ name: match[1]!, value: match[2] ?? '', span: { start, end: start + match[0].trimEnd().length } });
    at += match[0].length;
  }
}

const maxFlag = 1_000;
const heredocKeywords = new Set(['RUN', 'COPY', 'ADD']);

/** A heredoc that is never closed is looked for to the end of the file, so only some are. */
interface HeredocSearch {
  readonly text: string;
  failures: number;
}

const maxFailures = 50;

interface Heredoc {
  readonly start: number;
  /** Where the content ends, before the line of the delimiter. */
  readonly content: number;
  readonly end: number;
}

function heredocsAfter(search: HeredocSearch, block: Block, from: number): readonly Heredoc[] {
  const found: Heredoc[] = [];
  let at = block.end + 1;
  for (const [, tabs, , name] of block.text.slice(from).matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
    const heredoc = search.failures < maxFailures ? heredocAt(search.text, at, name!, tabs === '-') : null;
    if (heredoc === null) {
      search.failures++;
      return found;
    }
    found.push(heredoc);
    at = heredoc.end + 1;
  }
  return found;
}

function heredocAt(text: string, start: number, name: string, tabs: boolean): Heredoc | null {
  for (let at = start; at < text.length; ) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end).replace(/\r$/, '');
    if ((tabs ? line.replace(/^\t+/, '') : line) === name) return { start, content: at, end };
    at = end + 1;
  }
  return null;
}

function unquote(word: string): string {
  return word.replace(/"((?:[^"\\]|\\.)*)"?|'([^']*)'?|\\(.)/gs, (_, double, single, escaped) =>
    double === undefined ? (single ?? escaped) : double.replace(/\\(["\\$])/g, '$1'),
  );
}
