// What stays on screen while a text does not parse: findings that can no longer be seen move with the text.
import type { Edit, Finding, Part, Span, Verdict } from '../engine/index.ts';

/** What was shown last, and the edits since. */
export interface Shown {
  readonly findings: readonly Finding[];
  readonly edits: readonly Edit[];
}

/**
 * The findings to show for a verdict: its own, and of the earlier ones those that a syntax problem hides. Hidden are
 * findings at or behind the first problem of their part which no edit touched and which the verdict says nothing of.
 */
export function holdOver(
  shown: Shown,
  { findings, document }: Pick<Verdict, 'findings' | 'document'>,
): readonly Finding[] {
  const broken = (document?.parts ?? []).filter((part) => part.content.problems.length > 0);
  if (broken.length === 0 || shown.findings.length === 0) return findings;
  const hidden: Finding[] = [];
  for (const earlier of shown.findings) {
    const span = moved(earlier.span, shown.edits);
    if (span !== null && broken.some((part) => hides(part, span))) hidden.push({ ...earlier, span, related: [] });
  }
  const told = new Set(findings.filter(({ span }) => broken.some((part) => holds(part, span))).flatMap(namesOf));
  const held = hidden.filter((finding) => !namesOf(finding).some((name) => told.has(name)));
  return held.length === 0 ? findings : [...findings, ...held].sort((a, b) => a.span.start - b.span.start);
}

/** Where a span stands after edits; null where an edit touched it. */
export function moved(span: Span, edits: readonly Edit[]): Span | null {
  let { start, end } = span;
  for (const edit of edits) {
    if (edit.span.start >= end) continue;
    if (edit.span.end > start) return null;
    const by = edit.text.length - (edit.span.end - edit.span.start);
    start += by;
    end += by;
  }
  return { start, end };
}

function hides(part: Part, span: Span): boolean {
  return holds(part, span) && part.content.problems.some((problem) => problem.span.start + part.offset <= span.end);
}

function holds({ offset, content }: Part, span: Span): boolean {
  return span.start >= offset && span.end <= offset + content.text.length;
}

/** What a finding is known by. Its value may have changed meanwhile, and then the verdict's word is the newer one. */
function namesOf({ fingerprint, policy, resource, path }: Finding): readonly string[] {
  return [fingerprint, `${policy} ${resource} ${path}`];
}
