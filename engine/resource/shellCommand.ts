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
}

/** The commands of a script in order. The content of a heredoc counts only where a shell reads it. */
export function shellCommands(script: string, continuation = '\\'): readonly ShellCommand[] {
  const found: ShellCommand[] = [];
  const chars = script.split('');
  for (let at = 0; at < script.length && found.length < maxCommands; ) {
    const end = commandEnd(chars, at, continuation);
    const command = trimmed(chars, at, end);
    if (command !== null) found.push(command);
    at = Math.max(end + 1, afterHeredoc(script, command, end));
  }
  return found;
}

const maxCommands = 5_000;

/**
 * Where the command that begins at `start` ends. Blanks comments and continued line ends on the way. A quote that is never
 * closed quotes nothing, so that one mistake does not hide what follows.
 */
function commandEnd(chars: string[], start: number, continuation: string): number {
  let depth = 0;
  for (let at = start; at < chars.length; at++) {
    const char = chars[at]!;
    if (char === continuation) at = escaped(chars, at);
    else if (char === "'" || char === '"') at = quoteEnd(chars, at, continuation);
    else if (char === '#' && isWordStart(chars, at)) blankLine(chars, at);
    else if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (char === '\n' ? !continues(chars, start, at) : depth === 0 && parts(chars, at)) return at;
  }
  return chars.length;
}

/** The continuation sign at the end of a line joins it to the next; elsewhere it quotes one character. */
function escaped(chars: string[], at: number): number {
  const next = chars[at + 1] === '\r' ? at + 2 : at + 1;
  if (chars[next] !== '\n') return at + 1;
  for (let blank = at; blank <= next; blank++) chars[blank] = ' ';
  return next;
}

const maxQuoted = 100_000;

function quoteEnd(chars: readonly string[], start: number, continuation: string): number {
  const quote = chars[start];
  const limit = Math.min(chars.length, start + maxQuoted);
  for (let at = start + 1; at < limit; at++) {
    if (chars[at] === quote) return at;
    if (quote === '"' && chars[at] === continuation) at++;
  }
  return start;
}

function isWordStart(chars: readonly string[], at: number): boolean {
  return at === 0 || /[\s;&|(]/.test(chars[at - 1]!);
}

function blankLine(chars: string[], start: number): void {
  for (let at = start; at < chars.length && chars[at] !== '\n'; at++) chars[at] = ' ';
}

function parts(chars: readonly string[], at: number): boolean {
  const char = chars[at];
  if (char === ';') return true;
  return (char === '&' || char === '|') && chars[at + 1] === char;
}

/** A line that ends in `|` goes on in the next. */
function continues(chars: readonly string[], start: number, at: number): boolean {
  let last = at - 1;
  while (last >= start && /\s/.test(chars[last]!)) last--;
  return last > start && chars[last] === '|';
}

function trimmed(chars: readonly string[], from: number, to: number): ShellCommand | null {
  const text = chars.slice(from, to).join('');
  // What is left of `&&` and `||`, and the words that only open or close a block.
  const start = text.length - text.replace(/^(?:[\s&|;]|(?:then|do|else)(?=\s))+/, '').length;
  const inside = text.slice(start).trimEnd();
  if (inside === '') return null;
  return { text: inside, span: { start: from + start, end: from + start + inside.length } };
}

const heredoc = /(?<!<)<<([-~]?)\s*(["'\\]?)([A-Za-z_]\w*)/;
const shellReads = /^(?:sudo\s+)?(?:\S*\/)?(?:bash|sh|zsh|dash|ksh|ssh)\b|^<</;

/** Behind the heredoc of a command; at its first line where a shell reads it. */
function afterHeredoc(script: string, command: ShellCommand | null, end: number): number {
  const found = command === null ? null : heredoc.exec(command.text);
  if (found === null || shellReads.test(command!.text)) return end + 1;
  const lineEnd = script.indexOf('\n', end);
  if (lineEnd < 0) return end + 1;
  for (let at = lineEnd + 1; at < script.length; ) {
    const next = script.indexOf('\n', at);
    const stop = next < 0 ? script.length : next;
    if (script.slice(at, stop).trim() === found[3]) return stop + 1;
    at = stop + 1;
  }
  return end + 1;
}
