/** Fixes: what a policy's `fix` does to the text, tried before it is offered. */
import { applyEdits } from './decide.ts';
import { type JudgeOptions, judge, type Verdict } from './evaluate.ts';
import type { Edit, Finding, Fix, SourceFile } from './model.ts';
import { withoutComment } from './repair/comment.ts';
import { propose } from './repair/propose.ts';
import { holds } from './repair/verify.ts';

/**
 * The fixes of a finding that were tried and hold: the finding is gone, the text is as well-formed as before, and
 * nothing else changed. Edits are in the file's offsets.
 */
export function fixesOf(verdict: Verdict, finding: Finding): readonly Fix[] {
  const { document, file, options } = verdict;
  if (document === null || finding.fixes.length === 0) return [];
  if (finding.policy.startsWith('kerb/')) {
    return finding.fixes.map((offer) => ({ ...offer, edits: withoutComment(file.text, finding.span) }));
  }
  const origin = verdict.originOf(finding.fingerprint);
  if (origin === null) return [];
  const { policy } = origin.mark.judged;
  const proposal = propose(document, origin, options.context);
  if (proposal === null || !holds(proposal, { ...options, file, part: origin.part, policy })) return [];
  const edits = proposal.edits.map(({ span, text }) => ({
    span: { start: span.start + origin.part.offset, end: span.end + origin.part.offset },
    text,
  }));
  return finding.fixes.map((offer) => ({ ...offer, edits: edits.toSorted((a, b) => a.span.start - b.span.start) }));
}

/** A file after its fixes. */
export interface FixedFile {
  readonly text: string;
  /** How many findings were repaired. */
  readonly applied: number;
}

/** Which fixes are made. */
export interface FixChoice {
  /** `safe`: only fixes that need not be read. */
  readonly which: 'safe' | 'all';
  /** Which findings; absent, all. Excepted ones are never repaired. */
  readonly select?: (finding: Finding) => boolean;
}

const maxRounds = 20;

/** Repairs a file, round after round until nothing more can be repaired: a fix may make room for another. */
export function fixFile(file: SourceFile, options: JudgeOptions, choice: FixChoice = { which: 'safe' }): FixedFile {
  let text = file.text;
  let applied = 0;
  for (let round = 0; round < maxRounds; round++) {
    const edits = editsOfRound({ ...file, text }, options, choice);
    if (edits.count === 0) break;
    text = applyEdits(text, edits.edits);
    applied += edits.count;
  }
  return { text, applied };
}

/** Fixes that stay out of each other's way; the others get their turn in the next round. */
function editsOfRound(
  file: SourceFile,
  options: JudgeOptions,
  { which, select }: FixChoice,
): { readonly edits: readonly Edit[]; readonly count: number } {
  const verdict = judge(file, options);
  const edits: Edit[] = [];
  let count = 0;
  for (const finding of verdict.findings) {
    if (finding.exception !== null || select?.(finding) === false) continue;
    if (!finding.fixes.some(({ safe }) => safe || which === 'all')) continue;
    const fix = fixesOf(verdict, finding)[0];
    if (fix === undefined || fix.edits.some((edit) => edits.some((taken) => touch(edit, taken)))) continue;
    edits.push(...fix.edits);
    count++;
  }
  return { edits, count };
}

function touch(a: Edit, b: Edit): boolean {
  return a.span.start <= b.span.end && b.span.start <= a.span.end;
}
