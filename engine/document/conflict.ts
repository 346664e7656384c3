import type { Problem } from '../model.ts';

/** The text with the lines of Git's conflict markers turned into comments of equal length, so that both sides are seen. */
export function hideConflicts(text: string): string {
  if (!text.includes('<<<<<<< ') && !text.includes('>>>>>>> ')) return text;
  return text.replace(/^(?:<{7} .*|\|{7} .*|={7}|>{7} .*)$/gm, (line) => `#${line.slice(1)}`);
}

/** The one problem of a text with conflict markers, at the first of them. */
export function conflictProblem(text: string): Problem {
  const start = Math.max(text.search(/^(?:<{7} |\|{7} |={7}$|>{7} )/m), 0);
  return { span: { start, end: start + 7 }, message: 'A merge conflict is not resolved here.' };
}
