import type { Span } from '../../model.ts';
import type { Form } from './form.ts';

export interface Found {
  readonly form: Form;
  readonly span: Span;
  readonly masked: string;
}

/** Of hits that overlap, the one of the most special form; in the order of the text. */
export function withoutOverlaps(found: readonly Found[]): readonly Found[] {
  const sorted = [...found].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || compare(a, b));
  const kept: Found[] = [];
  for (const hit of sorted) {
    const last = kept.at(-1);
    if (last === undefined || last.span.end <= hit.span.start) kept.push(hit);
    else if (compare(hit, last) < 0) kept[kept.length - 1] = hit;
  }
  return kept;
}

/** More fixed characters first, then fewer keywords, then the longer secret; at last by name, so that order never matters. */
function compare(a: Found, b: Found): number {
  return (
    b.form.fixed - a.form.fixed ||
    a.form.keywords.length - b.form.keywords.length ||
    b.span.end - b.span.start - (a.span.end - a.span.start) ||
    (a.form.policy < b.form.policy ? -1 : a.form.policy > b.form.policy ? 1 : 0)
  );
}
