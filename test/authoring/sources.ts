/** The words that sources say to an author: every text and template in them that reads like a sentence. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** A message as the source has it. */
export interface Message {
  /** `engine/cel/check/call.ts:44` */
  readonly place: string;
  readonly text: string;
  /** Whether a text that was said is this message, whatever was filled in. */
  readonly matches: (said: string) => boolean;
}

/** The messages in the files of some globs, tests aside. */
export function messagesIn(globs: readonly string[]): readonly Message[] {
  return globs
    .flatMap((glob) => globSync(glob, { cwd: root }))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort()
    .flatMap(messagesOf);
}

const literal = /`(?:[^`\\]|\\[\s\S])*`|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;
/** What is filled in; there may be braces and texts in it, but no template. */
const filled = /\$\{(?:[^{}]|\{[^{}]*\})*\}/g;

function messagesOf(file: string): readonly Message[] {
  const source = withoutComments(readFileSync(path.join(root, file), 'utf8'));
  return [...source.matchAll(literal)].flatMap(({ 0: whole, index }) => {
    // A template within a template ends the outer one here: what was said up to there is enough to know it by.
    const text = whole.slice(1, -1).replace(/\$\{[^}]*$/, '');
    if (!/[a-z)\]}"]{1,} [a-z(]/i.test(text.replace(filled, 'x')) || text.includes('\n')) return [];
    const line = source.slice(0, index).split('\n').length;
    return [{ place: `${file}:${line}`, text, matches: matcherOf(text) }];
  });
}

/** Comments become spaces, so that lines stay where they are. A `//` in a text is none: it stands behind a colon. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}

function matcherOf(text: string): (said: string) => boolean {
  const parts = text.split(filled).map((part) => unescaped(part).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const regex = new RegExp(parts.join('[\\s\\S]*'));
  return (said) => regex.test(said);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
