/**
 * Shell scripts as commands: enough of the grammar of POSIX shells (and of PowerShell) to tell where a command begins and
 * ends. A pipeline is one command; `&&`, `||`, `;` and the end of a line part them. No expansion, no parse errors.
 */
import type { Span } from '../model.ts';

export interface ShellCommand {
  /** As long as its span: what continues a line, and comments, are blank. */
  readonly text: string;
  /** In the script. */
  readonly span: Span;
  /** The content of the heredoc that it is given as data, in the script; null where there is none, or a shell reads it. */
  readonly data: Span | null;
}

/** The commands of a script in order. The content of a heredoc counts only where a shell reads it. */
export function shellCommands(script: string, continuation = '\\'): readonly ShellCommand[] {
  const found: ShellCommand[] = [];
  let unclosed = 0;
  let heredoc: Heredoc | null = null;
  for (let at = 0; at < script.length && found.length < maxCommands; ) {
    const reading: Reading = { script, continuation, blanks: [] };
    const end = commandEnd(reading, at);
    const command = trimmed(reading, at, end);
    at = end + 1;
    if (command !== null && heredoc === null && unclosed < maxUnclosed && hasData(command)) {
      heredoc = heredocOf(script, command, end);
      if (heredoc === null) unclosed++;
      found.push({ ...command, data: heredoc?.content ?? null });
    } else if (command !== null) found.push(command);
    // What stands behind it on its line comes first.
    if (heredoc === null || at < heredoc.content.start) continue;
    at = Math.max(at, heredoc.end);
    heredoc = null;
  }
  return found;
}

const maxCommands = 5_000;
/** What is never closed is looked for to the end of the script. */
const maxUnclosed = 50;

interface Reading {
  readonly script: string;
  readonly continuation: string;
  /** What is to be blank in the command, in order. */
  readonly blanks: Span[];
}

const signs = /[\\`'"#();&|\n]/g;

/**
 * Where the command that begins at `start` ends. Notes comments and continued line ends on the way. A quote that is never
 * closed quotes nothing, so that one mistake does not hide what follows.
 */
function commandEnd(reading: Reading, start: number): number {
  const { script, continuation } = reading;
  let depth = 0;
  for (let at = nextSign(script, start); at < script.length; at = nextSign(script, at + 1)) {
    const char = script[at]!;
    if (char === continuation) at = escaped(reading, at);
    else if (char === "'" || char === '"') at = quoteEnd(script, at, continuation);
    else if (char === '#') at = isWordStart(script, at) ? comment(reading, at) : at;
    else if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (char === '\n' ? !continues(script, start, at) : depth === 0 && parts(script, at)) return at;
  }
  return script.length;
}

function nextSign(script: string, from: number): number {
  signs.lastIndex = from;
  return signs.exec(script)?.index ?? script.length;
}

/** The continuation sign at the end of a line joins it to the next; elsewhere it quotes one character. */
function escaped({ script, blanks }: Reading, at: number): number {
  const next = script[at + 1] === '\r' ? at + 2 : at + 1;
  if (script[next] !== '\n') return at + 1;
  blanks.push({ start: at, end: next + 1 });
  return next;
}

const maxQuoted = 100_000;

function quoteEnd(script: string, start: number, continuation: string): number {
  const quote = script[start];
  const limit = Math.min(script.length, start + maxQuoted);
  for (let at = start + 1; at < limit; at++) {
    if (script[at] === quote) return at;
    if (quote === '"' && script[at] === continuation) at++;
  }
  return start;
}

function isWordStart(script: string, at: number): boolean {
  return at === 0 || /[\s;&|(]/.test(script[at - 1]!);
}

/** The last character of a comment. */
function comment({ script, blanks }: Reading, start: number): number {
  const feed = script.indexOf('\n', start);
  const end = feed < 0 ? script.length : feed;
  blanks.push({ start, end });
  return end - 1;
}

function parts(script: string, at: number): boolean {
  const char = script[at];
  if (char === ';') return true;
  return (char === '&' || char === '|') && script[at + 1] === char;
}

/** A line that ends in `|` goes on in the next. */
function continues(script: string, start: number, at: number): boolean {
  let last = at - 1;
  while (last >= start && /\s/.test(script[last]!)) last--;
  return last > start && script[last] === '|';
}

function trimmed(reading: Reading, from: number, to: number): ShellCommand | null {
  const text = blanked(reading, from, to);
  // What is left of `&&` and `||`, and the words that only open or close a block.
  const start = /^(?:[\s&|;]|(?:then|do|else)(?=\s))*/.exec(text)?.[0].length ?? 0;
  const inside = text.slice(start).trimEnd();
  if (inside === '') return null;
  return { text: inside, span: { start: from + start, end: from + start + inside.length }, data: null };
}

function blanked({ script, blanks }: Reading, from: number, to: number): string {
  let text = '';
  let done = from;
  for (const { start, end } of blanks) {
    text += script.slice(done, start) + ' '.repeat(end - start);
    done = end;
  }
  return text + script.slice(done, to);
}

const heredoc = /(?<!<)<<([-~]?)\s*(["'\\]?)([A-Za-z_]\w*)/;
const shellReads = /^(?:<<\S+\s+)?(?:sudo\s+)?(?:\S*\/)?(?:bash|sh|zsh|dash|ksh|ssh)\b|^<<\S+$/;

function hasData(command: ShellCommand): boolean {
  return heredoc.test(command.text) && !shellReads.test(command.text);
}

interface Heredoc {
  readonly content: Span;
  /** Behind the line that closes it. */
  readonly end: number;
}

/** What a command is given as data; null where that is never closed. */
function heredocOf(script: string, command: ShellCommand, end: number): Heredoc | null {
  const lineEnd = script.indexOf('\n', end);
  const name = heredoc.exec(command.text)?.[3];
  if (name === undefined || lineEnd < 0) return null;
  for (let at = lineEnd + 1; at < script.length; ) {
    const next = script.indexOf('\n', at);
    const stop = next < 0 ? script.length : next;
    if (script.slice(at, stop).trim() === name) return { content: { start: lineEnd + 1, end: at }, end: stop + 1 };
    at = stop + 1;
  }
  return null;
}
