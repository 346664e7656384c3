/** A change cannot exempt itself: of the suppressions in a changed file, those govern that its base had already. */
import type { ExceptOptions } from '../except.ts';
import type { PlacedSuppression as Placed } from './find.ts';
import type { Suppression } from './suppression.ts';

/**
 * The suppressions that govern. A text that the base has n times governs n times, first where the governed line is one
 * that it stood before; so a copy of an old suppression is a new one.
 */
export function governedByBase(read: readonly Placed[], options: ExceptOptions): ReadonlySet<Suppression> {
  const { base, policies, document } = options;
  if (base === undefined || policies.configuration.suppressions.sameChange === 'allow') {
    return new Set(read.map(({ suppression }) => suppression));
  }
  const known = countsOf(base ?? '');
  const lineOf = ({ reach }: Placed) => firstLine(document.file.text.slice(reach.start, reach.end));
  const before = new Set((base ?? '').split('\n').map((line) => withoutComment(line)));
  const familiar = (placed: Placed) => (before.has(withoutComment(lineOf(placed))) ? 0 : 1);
  const admitted = new Set<Suppression>();
  for (const placed of [...read].sort((a, b) => familiar(a) - familiar(b))) {
    const left = known.get(placed.suppression.text) ?? 0;
    if (left <= 0) continue;
    known.set(placed.suppression.text, left - 1);
    admitted.add(placed.suppression);
  }
  return admitted;
}

/** How often the base says each suppression. Its comments are not parsed: what looks like one is taken for one. */
function countsOf(base: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const match of base.matchAll(/kerb:[^\S\n]*(allow\b[^\n]*)/g)) {
    const text = (match[1] ?? '')
      .replace(/(?:(?<!\*)\*+\/|-->)\s*$/, '')
      .replace(/\s+/g, ' ')
      .trim();
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function withoutComment(line: string): string {
  const comment = line.search(/(?:#|\/\/|\/\*)\s*kerb:/);
  return (comment < 0 ? line : line.slice(0, comment)).trim();
}
