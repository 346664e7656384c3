/** What a mutation does to a text. */
import type { Span } from '../../model.ts';

/** One small change of an expression or a regular expression. */
export interface Change {
  /** What is replaced, in the text's offsets. */
  readonly span: Span;
  readonly text: string;
  /** As said to a person: `&& becomes ||`. */
  readonly title: string;
}

/** The text with one change made. */
export function changed(source: string, { span, text }: Change): string {
  return source.slice(0, span.start) + text + source.slice(span.end);
}

/** A text as it is quoted in a title: in one line, and not too long. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return `\`${line.length > 60 ? `${line.slice(0, 57)}…` : line}\``;
}
