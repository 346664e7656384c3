import type { Span } from '../../model.ts';
import type { Form } from './form.ts';

export interface Found {
  readonly form: Form;
  readonly span: Span;
  readonly masked: string;
}

/** A hit, and those of other forms that overlap it, the most special one first. */
export interface Best extends Found {
  readonly others: readonly Found[];
}

/** Of hits that overlap, the one of the most special form; in the order of the text. */
export function withoutOverlaps(found: readonly Found[]): readonly Best[] {
  const sorted = [...found].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || compare(a, b));
  const kept: { best: Found; others: Found[] }[] = [];
  for (const hit of sorted) {
    const last = kept.at(-1);
    if (last === undefined || last.best.span.end <= hit.span.start) {
      kept.push({ best: hit, others: [] });
      continue;
    }
    const better = compare(hit, last.best) < 0;
    last.others.push(better ? last.best : hit);
    if (better) last.best = hit;
  }
  return kept.map(({ best, others }) => ({ ...best, others: others.sort(compare) }));
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
