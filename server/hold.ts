// What stays on screen while a text does not parse: findings that can no longer be seen move with the text.
import {
  type Edit,
  type Finding,
  inFile,
  movedFinding,
  type Part,
  type PlacedFindings,
  type Span,
  type Verdict,
} from '../engine/index.ts';

/** What was shown last, and the edits since. */
export interface Shown {
  readonly placed: readonly PlacedFindings[];
  readonly edits: readonly Edit[];
}

/**
 * The findings to show for a verdict: its own, and of the earlier ones those that a syntax problem hides. Hidden are
 * findings at or behind the first problem of their part which no edit touched and which the verdict says nothing of.
 */
export function holdOver(
  shown: Shown,
  { placed, document }: Pick<Verdict, 'placed' | 'document'>,
): readonly PlacedFindings[] {
  const broken = (document?.parts ?? []).filter((part) => part.content.problems.length > 0);
  if (broken.length === 0 || shown.placed.length === 0) return placed;
  const hidden: Finding[] = [];
  for (const earlier of around(broken, shown.placed, farthest(shown.edits))) {
    const span = moved(earlier.span, shown.edits);
    if (span !== null && broken.some((part) => hides(part, span))) hidden.push({ ...earlier, span, related: [] });
  }
  const seen = around(broken, placed, 0).filter(({ span }) => broken.some((part) => holds(part, span)));
  const told = new Set(seen.flatMap(namesOf));
  const held = hidden.filter((finding) => !namesOf(finding).some((name) => told.has(name)));
  return held.length === 0 ? placed : joined(placed, held);
}

/** The findings in the neighbourhood of parts, in the file's offsets: most of a large file is not looked at. */
function around(parts: readonly Part[], placed: readonly PlacedFindings[], by: number): readonly Finding[] {
  return inFile(
    placed.filter(({ offset }, index) => {
      const end = placed[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
      return parts.some((part) => offset - by <= part.offset + part.content.text.length && part.offset <= end + by);
    }),
  );
}

/** No edit moves anything farther than all of them together. */
function farthest(edits: readonly Edit[]): number {
  return edits.reduce((sum, { span, text }) => sum + text.length + span.end - span.start, 0);
}

/** Held findings among those that stand where they do. */
function joined(placed: readonly PlacedFindings[], held: readonly Finding[]): readonly PlacedFindings[] {
  const first = placed[0]?.offset ?? Number.POSITIVE_INFINITY;
  const before = held.filter(({ span }) => span.start < first);
  const all = placed.map((group, index) => {
    const next = placed[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
    const own = held.filter(({ span }) => span.start >= group.offset && span.start < next);
    if (own.length === 0) return group;
    const findings = [...group.findings, ...own.map((finding) => movedFinding(finding, -group.offset))];
    return { offset: group.offset, findings: findings.sort((a, b) => a.span.start - b.span.start) };
  });
  return before.length === 0 ? all : [{ offset: 0, findings: before }, ...all];
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
