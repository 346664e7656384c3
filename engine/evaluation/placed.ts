/** Findings that move with the part that they stand in: a keystroke near the top of a large file leaves them as they are. */
import type { Finding, Span } from '../model.ts';

/**
 * Findings of one stretch of a file. Their spans count from `offset`, and the list is the same one for as long as nothing in
 * it has changed, wherever the stretch has moved to: what is made of it can be kept by it.
 */
export interface PlacedFindings {
  readonly offset: number;
  readonly findings: readonly Finding[];
}

/** The findings in the file's offsets, in their order. */
export function inFile(placed: readonly PlacedFindings[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { offset, findings: list } of placed) {
    for (const finding of list) findings.push(movedFinding(finding, offset));
  }
  return findings;
}

/** A finding, `by` units further on. */
export function movedFinding(finding: Finding, by: number): Finding {
  if (by === 0) return finding;
  const { span, related } = finding;
  return {
    ...finding,
    span: movedBy(span, by),
    related: related.length === 0 ? related : related.map((one) => ({ ...one, span: movedBy(one.span, by) })),
  };
}

/** A span, `by` units further on. */
export function movedBy({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}
