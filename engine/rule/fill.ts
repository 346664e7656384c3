import type { CodeMatch } from '../model.ts';

/**
 * Fills a fix's template with what a match bound: `$A`, `$$$A`. The template's further lines are indented as the match
 * is, and a text of several lines that is put in moves by as much as the place it goes to is indented. A name that
 * nothing was bound to stays as it is.
 */
export function fillTemplate(template: string, match: CodeMatch, text: string): string {
  const base = indentation(text, match.span.start);
  const shape = template.replaceAll('\n', `\n${base}`);
  return shape.replace(/\$\$\$([A-Z_][A-Z_0-9]*)|\$([A-Z][A-Z_0-9]*)/g, (whole, multiple, single, offset: number) => {
    const variable = match.variables[multiple ?? single];
    if (variable === undefined) return whole;
    const from = variable.span === null ? base : indentation(text, variable.span.start);
    const to = shape.lastIndexOf('\n', offset) < 0 ? base : indentation(shape, offset);
    return reindented(variable.text, from, to);
  });
}

/** The white space that begins the line of the offset. */
function indentation(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

function reindented(source: string, from: string, to: string): string {
  if (from === to || !source.includes('\n')) return source;
  return source.replace(
    /\n([ \t]*)/g,
    (_, space: string) => `\n${space.startsWith(from) ? to + space.slice(from.length) : space}`,
  );
}
