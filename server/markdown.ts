// Texts in Markdown that is shown.
import { findExample } from '../engine/index.ts';

/** A text that somebody else has written, as it is: nothing in it is a link, an image or markup. */
export function asText(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|~&]/g, '\\$&');
}

/** Markdown of a repository's policy without its images: to show it, an editor would fetch them from wherever it says. */
export function withoutImages(markdown: string): string {
  return markdown.replaceAll('![', '!\\[');
}

/**
 * The first case of a page with a finding drawn in it, or null. Long ones would fill a hover: they are left to the page. Nor is one
 * shown that would be an image where something before it has opened another fence or a comment.
 */
export function exampleIn(page: string | null): string | null {
  const example = page === null ? null : findExample(page, isShort);
  if (example === null || example.text.includes('![')) return null;
  const { language, text } = example;
  let fence = '```';
  while (text.includes(fence)) fence += '`';
  return `${fence}${language || 'text'}\n${text}\n${fence}`;
}

const mostLines = 25;
const mostCharacters = 4_000;

function isShort(lines: readonly string[]): boolean {
  const isDrawn = lines.length < mostLines && lines.some((line) => line.includes('^'));
  return isDrawn && lines.reduce((sum, line) => sum + line.length, 0) <= mostCharacters;
}
