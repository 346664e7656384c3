/**
 * A path pattern as a regular expression over the whole path: `*` and `?` stay within a segment, `**` crosses segments,
 * `[a-z]` is one character, `{a,b}` an alternative. Unbalanced brackets and braces stand for themselves.
 */
export function globPattern(pattern: string): string {
  let depth = 0;
  let source = '';
  for (const [token] of pattern.matchAll(/\*\*\/|\*+|\\[\s\S]|\[[!^]?\]?[^\]/]*\]|[\s\S]/gu)) {
    if (token === '{' && depth === 0 && !closes(pattern)) source += '\\{';
    else if (token === '{') [source, depth] = [`${source}(?:`, depth + 1];
    else if (token === '}' && depth > 0) [source, depth] = [`${source})`, depth - 1];
    else if (token === ',' && depth > 0) source += '|';
    else source += tokenPattern(token);
  }
  return `^${source}${')'.repeat(depth)}$`;
}

function tokenPattern(token: string): string {
  if (token === '**/') return '(?:[^/]*/)*';
  if (token === '*') return '[^/]*';
  if (token[0] === '*') return '(?s:.*)';
  if (token === '?') return '[^/]';
  if (token[0] === '[' && token.length > 2) return classPattern(token);
  return literal(token[0] === '\\' && token.length > 1 ? token.slice(1) : token);
}

function classPattern(token: string): string {
  const negated = token[1] === '!' || token[1] === '^';
  const members = token.slice(negated ? 2 : 1, -1).replace(/[\\[\]^]/g, '\\$&');
  return `[${negated ? '^/' : ''}${members}]`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function closes(pattern: string): boolean {
  return pattern.lastIndexOf('}') > pattern.indexOf('{');
}
