import type { CodeLanguage, Native } from '../model.ts';

type Parser = Pick<Native, 'parseCode'>;

/**
 * How many of a rule's patterns are no code of the language: their trees have a node that the parser could not read, or
 * one that it missed. ast-grep takes them and, nearly always, they match nothing. `context` is looked at whole.
 */
export function unreadablePatterns(rule: unknown, language: CodeLanguage, native: Parser): number {
  if (typeof rule !== 'object' || rule === null) return 0;
  let count = 0;
  for (const [key, value] of Object.entries(rule)) {
    const source = key === 'pattern' || key === 'context' ? value : null;
    if (typeof source !== 'string') count += unreadablePatterns(value, language, native);
    else if (!isReadable(source, language, native)) count++;
  }
  return count;
}

function isReadable(source: string, language: CodeLanguage, native: Parser): boolean {
  const text = namesIn.includes(language) ? source.replace(metavariable, (sign) => 'µ'.repeat(sign.length)) : source;
  return [text, `${text}${terminators[language] ?? ''}`].some((one) => isWhole(one, language, native));
}

/** `$` begins no name in these: ast-grep reads a metavariable there as if it were written with this letter. */
const namesIn: readonly CodeLanguage[] = ['python', 'go'];
const metavariable = /\$\$\$|\$+(?=[A-Z_])/g;

/** What a pattern need not say, though the statement that it stands for ends with it. */
const terminators: Partial<Record<CodeLanguage, string>> = { java: ';', go: '\n' };

function isWhole(text: string, language: CodeLanguage, native: Parser): boolean {
  const code = native.parseCode(language, text);
  if (code === null) return true;
  const unread = code.find({ rule: { kind: 'ERROR' } }).map(({ span }) => text.slice(span.start, span.end));
  // A metavariable stands for what cannot be written as a name: the statements of `{ $$$ }` in Java.
  if (unread.some((one) => !/^\s*[$µ]+[A-Z_0-9]*\s*$/.test(one))) return false;
  // A node without text is one that the parser missed. In a shell, a command that is not closed still matches.
  return language === 'bash' || text.trim() === '' || code.find({ rule: { regex: '^$' } }).length === 0;
}
