/** A policy's page: Markdown whose fenced blocks that name a file are its cases. */

/** A fenced block ```` ```yaml deploy.yaml ````, or ```` ```yaml deploy.yaml fixed ````: the block before it, repaired. */
export interface Block {
  readonly language: string;
  readonly path: string;
  readonly kind: 'case' | 'fixed';
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

/** The blocks of a page that name a file, in order. A fence that is not closed ends with the page. */
export function readBlocks(text: string): readonly Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length && blocks.length < maxBlocks; at++) {
    const open = /^( *)(`{3,}|~{3,}) *([\w+-]*)(?: +(\S+))?(?: +(\S+))? *$/.exec(lines[at] ?? '');
    if (open === null) continue;
    const [, indent = '', fence = '', language = '', path, word] = open;
    const first = at + 1;
    const closing = lines.findIndex(
      (line, index) => index >= first && line.trim().startsWith(fence) && /^[`~]+$/.test(line.trim()),
    );
    const last = closing < 0 ? lines.length : closing;
    at = last;
    if (path === undefined) continue;
    const content = lines
      .slice(first, last)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()));
    blocks.push({
      language,
      path,
      kind: word === 'fixed' ? 'fixed' : 'case',
      line: first,
      first,
      last,
      indent,
      lines: content,
    });
  }
  return blocks;
}

/** The page with other contents in some of its blocks. */
export function replaceBlocks(text: string, contents: ReadonlyMap<Block, readonly string[]>): string {
  const lines = text.split('\n');
  for (const [block, content] of [...contents].sort(([a], [b]) => b.first - a.first)) {
    const indented = content.map((line) => (line === '' ? '' : block.indent + line));
    lines.splice(block.first, block.last - block.first, ...indented);
  }
  return lines.join('\n');
}
