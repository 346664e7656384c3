/** A policy file's CEL as people write it: blanks only, within lines, and only where the file says the same afterwards. */
import { formatBlanks } from '../../cel/assist/format.ts';
import type { Span } from '../../model.ts';
import { type Draft, type DraftExpression, readDraft } from './draft.ts';

/** What takes the place of a stretch of a text. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** What to change in a file, in order. `within`: nothing outside of it. */
export function formatDraft(text: string, within: Span = { start: 0, end: text.length }): readonly TextEdit[] {
  const draft = readDraft(text);
  return draft.expressions
    .flatMap((expression, index) => {
      const changes = changesOf(text, expression, within);
      return changes.length > 0 && isKept(draft, index, changes) ? changes.map(({ inFile }) => inFile) : [];
    })
    .sort((a, b) => a.span.start - b.span.start);
}

/** The text with its edits made; they are in order. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return edits.reduceRight(
    (whole, { span, text: by }) => whole.slice(0, span.start) + by + whole.slice(span.end),
    text,
  );
}

interface Change {
  readonly inSource: TextEdit;
  readonly inFile: TextEdit;
}

/** A blank of the expression may be the line break of a folded text: lines stay as they are. */
function changesOf(text: string, { source, toFile }: DraftExpression, within: Span): readonly Change[] {
  return formatBlanks(source).flatMap((inSource) => {
    const span = toFile(inSource.span);
    const isInside = within.start <= span.start && span.end <= within.end;
    const isBlank = /^[ \t]*$/.test(text.slice(span.start, span.end));
    return isInside && isBlank ? [{ inSource, inFile: { span, text: inSource.text } }] : [];
  });
}

/** In a plain YAML text, `a ? b : c` is a map, and ` #` begins a comment: what would be read otherwise is left alone. */
function isKept({ text, expressions }: Draft, changed: number, changes: readonly Change[]): boolean {
  const file = edited(
    text,
    changes.map(({ inFile }) => inFile),
  );
  const after = readDraft(file).expressions.map(({ source }) => source);
  const wanted = expressions.map(({ source }, index) =>
    index === changed
      ? edited(
          source,
          changes.map(({ inSource }) => inSource),
        )
      : source,
  );
  return after.length === wanted.length && after.every((source, index) => source === wanted[index]);
}
