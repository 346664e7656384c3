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
  for (let at = 0; at < lines.length && blocks.length < maxBlocks; at++) {
    const open = fence.exec(lines[at] ?? '');
    if (open === null) continue;
    const [, indent = '', ticks = '', said = ''] = open;
    const first = at + 1;
    const last = closing(lines, first, ticks) ?? lines.length;
    at = last;
    const [language = '', path, ...words] = said.split(/\s+/);
    if (path === undefined) continue;
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

/** A fence's indentation, its sign, and what it says; within backticks there are none (CommonMark 4.5). */
const fence = /^( *)(`{3,}(?!.*`)|~{3,})[ \t]*(.*?)[ \t]*$/;

/** The line, from 1, of a fence that nothing closes: all that follows belongs to it. */
export function unclosedFence(text: string): number | null {
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const ticks = fence.exec(lines[at] ?? '')?.[2];
    if (ticks === undefined) continue;
    const last = closing(lines, at + 1, ticks);
    if (last === null) return at + 1;
    at = last;
  }
  return null;
}

function closing(lines: readonly string[], first: number, ticks: string): number | null {
  const found = lines.findIndex((line, index) => index >= first && closes(line.trim(), ticks));
  return found < 0 ? null : found;
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
