/** Suppressions meet findings: what is covered is marked, and what is wrong with a suppression is a finding of Kerb's own. */
import { textBits } from '../evaluation/fingerprint.ts';
import type { ExceptOptions } from '../except.ts';
import type { Finding, Span } from '../model.ts';
import { isLocked } from '../organisation/rules.ts';
import { didYouMean } from '../policy/suggest.ts';
import { governedByBase } from './base.ts';
import { findSuppressions } from './find.ts';
import { ownPolicy } from './own.ts';
import { daysBetween, type Suppression } from './suppression.ts';

/** What has no use any more can be taken out; an expired one is a question for a person. */
const removable: readonly string[] = ['unused', 'unknown', 'locked'];

interface Governing {
  readonly suppression: Suppression;
  readonly reach: Span;
  readonly used: Set<string>;
}

/** Marks what suppressions cover, and adds what is wrong with them. */
export function markSuppressed(options: ExceptOptions): readonly Finding[] {
  const { document, findings, policies } = options;
  const { suppressions, malformed } = findSuppressions(document);
  if (suppressions.length + malformed.length === 0) return findings;
  const ownFindings: Finding[] = [];
  const tell = createTeller(options, ownFindings);
  const governing: Governing[] = [];
  for (const { span, message, text } of malformed) {
    tell('malformed', span, `this suppression governs nothing: ${message}`, text);
  }
  const admitted = governedByBase(suppressions, options);
  for (const one of suppressions) {
    const complaint = complaintOf(one.suppression, admitted.has(one.suppression), options);
    if (complaint === null) governing.push({ ...one, used: new Set() });
    else tell(complaint.id, one.suppression.span, complaint.message, one.suppression.text);
  }
  const isClosed = (id: string) => isLocked(policies.configuration.organisation, id);
  const marked = findings.map((finding) => (isClosed(finding.policy) ? finding : covered(finding, governing)));
  for (const { suppression, used } of governing) {
    for (const id of suppression.policies) {
      if (!policies.ids.has(id))
        tell(
          'unknown',
          suppression.span,
          `there is no policy ${id}${didYouMean(id, [...policies.ids])}`,
          `${suppression.text} ${id}`,
        );
      else if (isClosed(id)) {
        tell(
          'locked',
          suppression.span,
          `the organisation has locked ${id}: only an exception that somebody else approves lets it pass`,
          `${suppression.text} ${id}`,
        );
      } else if (!used.has(id) && isJudgedHere(id, options)) {
        tell(
          'unused',
          suppression.span,
          `nothing here is against ${id} any more: remove this suppression`,
          `${suppression.text} ${id}`,
        );
      }
    }
  }
  return ownFindings.length === 0 ? marked : [...marked, ...ownFindings].sort(byPlace);
}

/** Why a suppression does not govern, or null. */
function complaintOf(
  { until }: Suppression,
  isAdmitted: boolean,
  { context, policies }: ExceptOptions,
): { readonly id: string; readonly message: string } | null {
  const { longestDays } = policies.configuration.suppressions;
  if (until < context.date)
    return { id: 'expired', message: `this suppression expired on ${until}: fix what it allows, or renew it` };
  if (daysBetween(context.date, until) > longestDays) {
    return {
      id: 'too-long',
      message: `a suppression lasts at most ${longestDays} days from today: choose an earlier date`,
    };
  }
  if (isAdmitted) return null;
  return { id: 'same-change', message: 'a change cannot exempt itself: commit this suppression before what it allows' };
}

function covered(finding: Finding, governing: readonly Governing[]): Finding {
  for (const { suppression, reach, used } of governing) {
    if (finding.span.start < reach.start || finding.span.start > reach.end) continue;
    if (!suppression.policies.includes(finding.policy)) continue;
    used.add(finding.policy);
    const { reason, until, span } = suppression;
    return { ...finding, exception: { kind: 'suppression', reason, until, span } };
  }
  return finding;
}

/** Where a policy is off or broken, or the file was not understood, a suppression may be idle without being useless. */
function isJudgedHere(id: string, { policies, document, findings }: ExceptOptions): boolean {
  if (findings.some(({ policy, outcome }) => policy === id && outcome === 'error')) return false;
  const enabled = policies.policies.find(({ policy }) => policy.id === id);
  return enabled !== undefined && !enabled.ignores(document.file.path) && document.problems.length === 0;
}

function createTeller({ document, native }: ExceptOptions, findings: Finding[]) {
  const seen = new Map<string, number>();
  return (id: string, span: Span, message: string, text: string): void => {
    const key = `kerb/suppression-${id}\0${document.file.path}\0${textBits(text)}`;
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    findings.push({
      policy: `kerb/suppression-${id}`,
      severity: ownPolicy(id)?.severity ?? 'medium',
      enforcement: ownPolicy(id)?.enforcement ?? 'warn',
      outcome: 'fail',
      file: document.file.path,
      resource: '',
      path: '',
      span,
      message,
      related: [],
      fingerprint: native.sha256(`${key}\0${occurrence}`).slice(0, 32),
      exception: null,
      fixes: removable.includes(id) ? [{ title: 'Remove the suppression', safe: false }] : [],
    });
  };
}

function byPlace(a: Finding, b: Finding): number {
  return (
    a.span.start - b.span.start ||
    a.span.end - b.span.end ||
    (a.policy < b.policy ? -1 : a.policy > b.policy ? 1 : 0) ||
    (a.message < b.message ? -1 : a.message > b.message ? 1 : 0)
  );
}
