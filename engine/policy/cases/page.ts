/** A policy's page: Markdown whose fenced blocks that name a file are its cases. */

/** A fenced block ```` ```yaml deploy.yaml ````, or ```` ```yaml deploy.yaml fixed ````: the block before it, repaired. */
export interface Block {
  readonly language: string;
  readonly path: string;
  readonly kind: 'case' | 'fixed';
  /** Why it is none of those: the fence says more than is known. */
  readonly problem: string | null;
  /** The fence's line, from 1. */
  readonly line: number;
  /** Index of the first line of the content among the page's lines, and of the fence that ends it. */
  readonly first: number;
  readonly last: number;
  /** What stands before each line (a list item's indentation). */
  readonly indent: string;
  readonly lines: readonly string[];
}

const maxBlocks = 500;

/**
 * The blocks of a page that name a file, in order. Every fence is taken for one, whatever it says, so that no other's end is taken for a
 * beginning. Lines that end with CR LF are read without it.
 */
export function readBlocks(text: string): readonly Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  for (const { at, indent, said, last: end } of fencesIn(lines)) {
    if (blocks.length === maxBlocks) break;
    const [language = '', path, ...words] = said.split(/\s+/);
    if (path === undefined) continue;
    const [first, last] = [at + 1, end ?? lines.length];
    const content = lines
      .slice(first, last)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()));
    blocks.push({
      ...{ language, path, line: first, first, last, indent, lines: content },
      kind: words[0] === 'fixed' ? 'fixed' : 'case',
      problem: problemOf(path, words),
    });
  }
  return blocks;
}

/** What stands between a fence and its end. */
export interface Example {
  /** As the fence names it; empty where it does not. */
  readonly language: string;
  readonly text: string;
}

/** A page's first fenced block of which something is so; null where it has none. */
export function findExample(text: string, isOne: (lines: readonly string[]) => boolean): Example | null {
  const lines = text.split(/\r?\n/);
  for (const { at, last, said } of fencesIn(lines)) {
    const content = lines.slice(at + 1, last ?? at + 1);
    if (isOne(content)) return { language: /^[\w-]{1,30}/.exec(said)?.[0] ?? '', text: content.join('\n') };
  }
  return null;
}

/** The line, from 1, of a fence that nothing closes: all that follows belongs to it. */
export function unclosedFence(text: string): number | null {
  for (const { at, last } of fencesIn(text.split(/\r?\n/))) if (last === null) return at + 1;
  return null;
}

/** A block, whatever its fence says. */
interface Fenced extends Opening {
  /** Index of the line of its fence, and of the fence that ends it; null where nothing does. */
  readonly at: number;
  readonly last: number | null;
}

/** In the order of the lines, each of which is looked at once: a page may be a stranger's. */
function* fencesIn(lines: readonly string[]): Generator<Fenced> {
  for (let at = 0; at < lines.length; at++) {
    const opening = openingIn(lines[at] ?? '');
    if (opening === null) continue;
    const last = closing(lines, at + 1, opening.ticks);
    yield { ...opening, at, last };
    if (last === null) return;
    at = last;
  }
}

interface Opening {
  readonly indent: string;
  /** Its sign, as often as it stands there. */
  readonly ticks: string;
  readonly said: string;
}

/** A fence's indentation, its sign, and what it says; within backticks there are none (CommonMark 4.5). */
function openingIn(line: string): Opening | null {
  const [, indent = '', ticks] = /^( *)(```+|~~~+)/.exec(line) ?? [];
  if (ticks === undefined) return null;
  const said = line.slice(indent.length + ticks.length);
  return ticks.startsWith('`') && said.includes('`') ? null : { indent, ticks, said: said.trim() };
}

function closing(lines: readonly string[], first: number, ticks: string): number | null {
  for (let at = first; at < lines.length; at++) if (closes((lines[at] ?? '').trim(), ticks)) return at;
  return null;
}

function closes(text: string, ticks: string): boolean {
  return text.startsWith(ticks) && text === ticks.charAt(0).repeat(text.length);
}

function problemOf(path: string, words: readonly string[]): string | null {
  const named = /^\{?(?:title|file|filename|name|path)[=:]/.test(path);
  if (named) return 'the file is named by its path alone: ```yaml deploy.yaml';
  if (words.length === 0 || (words.length === 1 && words[0] === 'fixed')) return null;
  return 'behind the path of the file, which has no spaces, only `fixed` may stand';
}

/** The page with other contents in some of its blocks. */
export function replaceBlocks(text: string, contents: ReadonlyMap<Block, readonly string[]>): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  for (const [block, content] of [...contents].sort(([a], [b]) => b.first - a.first)) {
    const indented = content.map((line) => (line === '' ? '' : block.indent + line));
    lines.splice(block.first, block.last - block.first, ...indented);
  }
  return lines.join(end);
}
