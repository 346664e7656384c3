/** From findings to a decision: what a gate does. */
import type { Verdict } from './evaluate.ts';
import type { Edit, Effect } from './model.ts';
import type { FileProblem } from './policy/file.ts';

/** What else stands in the way of a verdict, beside what verdicts say themselves. */
export interface DecideOptions {
  /** What is wrong with policies and configuration: an error there leaves no verdict. */
  readonly problems?: readonly Pick<FileProblem, 'severity'>[];
  /** Files that could not be judged at all (not read, not text). */
  readonly unreadable?: number;
}

/** What a gate does, and what it rests on. */
export interface Decision {
  readonly effect: Effect;
  /** Findings that count, by what the gate does with them; broken rules count as errors only. */
  readonly counts: {
    readonly deny: number;
    readonly warn: number;
    readonly audit: number;
    readonly error: number;
    /** Covered by a suppression or the baseline. */
    readonly excepted: number;
    /** Left open by templates. */
    readonly unknown: number;
    /** Problems of files, policies and configuration that stand in the way of a verdict. */
    readonly unreadable: number;
    readonly files: number;
  };
}

/**
 * Decides. A finding that is denied and not excepted denies, whatever else there is: more knowledge could not make it an
 * allow. Otherwise a broken rule, an unreadable file or a broken policy leaves the decision `indeterminate`: what was not
 * judged is not allowed. Otherwise it is an allow. The order of verdicts does not matter.
 */
export function decide(
  verdicts: Iterable<Pick<Verdict, 'findings' | 'problems' | 'counts'>>,
  options: DecideOptions = {},
): Decision {
  const counts = {
    deny: 0,
    warn: 0,
    audit: 0,
    error: 0,
    excepted: 0,
    unknown: 0,
    unreadable: options.unreadable ?? 0,
    files: 0,
  };
  counts.unreadable += (options.problems ?? []).filter(({ severity }) => severity === 'error').length;
  for (const { findings, problems, counts: counted } of verdicts) {
    counts.files++;
    counts.unknown += counted.unknown;
    if (problems.length > 0) counts.unreadable++;
    for (const { exception, outcome, enforcement } of findings) {
      if (exception !== null) counts.excepted++;
      else if (outcome === 'error') counts.error++;
      else counts[enforcement]++;
    }
  }
  return { effect: effectOf(counts), counts };
}

function effectOf({ deny, error, unreadable }: Decision['counts']): Effect {
  if (deny > 0) return 'deny';
  return error > 0 || unreadable > 0 ? 'indeterminate' : 'allow';
}

/**
 * Applies edits to a text. Of edits that overlap, the one that starts first is applied (of those, the first given); the
 * others are left out, and made again from the new text if they are still needed.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.span.start - b.edit.span.start || a.edit.span.end - b.edit.span.end || a.index - b.index);
  let result = '';
  let at = 0;
  for (const { edit } of sorted) {
    if (edit.span.start < at) continue;
    result += text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return result + text.slice(at);
}
