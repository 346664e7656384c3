// A comment that suppresses a finding, placed so that it does: each candidate is tried on the engine before it is offered.
import { applyEdits, type Edit, type Finding, isLocked } from '../engine/index.ts';
import type { OpenDocument } from './documents.ts';
import { judgeFile, sourceOf } from './judging.ts';
import type { Rules } from './roots.ts';
import type { Session } from './session.ts';

/** A suppression as an edit; `snippet` is its text with places to fill in. */
export interface Suppression {
  readonly edit: Edit;
  readonly snippet: string;
  /** `YYYY-MM-DD`. */
  readonly until: string;
}

/** A term that makes somebody look again, days. */
const usualDays = 90;
const reason = 'say why';

/** The comment that suppresses a finding, or null where its language has no comments or none would do. */
export function suppressionOf(
  session: Session,
  document: OpenDocument,
  rules: Rules,
  finding: Finding,
): Suppression | null {
  const lead = commentLead(document);
  if (lead === null || !canBeSuppressed(document, rules, finding)) return null;
  const days = Math.min(usualDays, rules.setup.configuration.suppressions.longestDays);
  const until = addDays(session.today(), days);
  const comment = `${lead} kerb: allow ${finding.policy} until ${until} -- ${reason}`;
  const snippet = `${lead} kerb: allow ${finding.policy} until \${1:${until}} -- \${2:${reason}}`;
  for (const { edit, shape } of candidates(document.text.getText(), finding, comment)) {
    if (works(session, document, rules, finding, edit)) return { edit, snippet: shape(snippet), until };
  }
  return null;
}

/** Whether it is worth offering: whether its language has comments, and a comment would govern. */
export function canBeSuppressed(document: OpenDocument, { setup }: Rules, { policy }: Finding): boolean {
  const isClosed = policy.startsWith('kerb/') || isLocked(setup.configuration.organisation, policy);
  return !isClosed && commentLead(document) !== null;
}

interface Candidate {
  readonly edit: Edit;
  readonly shape: (comment: string) => string;
}

/** Above the line, behind it, and above each line that encloses it, nearest first. */
function* candidates(text: string, { span }: Finding, comment: string): Generator<Candidate> {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const above = (at: number): Candidate => {
    const indent = /^[ \t]*/.exec(text.slice(at, at + 400))?.[0] ?? '';
    const shape = (words: string): string => `${indent}${words}${eol}`;
    return { edit: { span: { start: at, end: at }, text: shape(comment) }, shape };
  };
  const line = lineStart(text, span.start);
  yield above(line);
  const end = lineEnd(text, span.start);
  const shape = (words: string): string => ` ${words}`;
  yield { edit: { span: { start: end, end }, text: shape(comment) }, shape };
  let least = indentAt(text, line);
  for (let at = line, tries = 0; at > 0 && tries < 200; tries++) {
    at = lineStart(text, at - 1);
    const indent = indentAt(text, at);
    if (indent >= least && !/\\\r?$/.test(text.slice(at, lineEnd(text, at)))) continue;
    least = Math.min(indent, least);
    yield above(at);
  }
}

function works(session: Session, document: OpenDocument, rules: Rules, finding: Finding, edit: Edit): boolean {
  const { path } = document.place;
  const text = applyEdits(document.text.getText(), [edit]);
  const verdict = judgeFile(session, rules, { ...sourceOf(document, path), text }, document.cache);
  if (verdict.problems.length > (document.judged?.syntax.length ?? 0)) return false;
  if (verdict.findings.some(({ policy }) => policy.startsWith('kerb/suppression') && !hadBefore(document, policy)))
    return false;
  const same = verdict.findings.filter(({ fingerprint }) => fingerprint === finding.fingerprint);
  return same.every(({ exception }) => exception?.kind === 'suppression') && same.length > 0;
}

function hadBefore(document: OpenDocument, policy: string): boolean {
  return document.judged?.findings.some((finding) => finding.policy === policy) ?? false;
}

/** What a comment begins with in the document's language; null where it has none. */
function commentLead({ judged, place }: OpenDocument): string | null {
  const document = judged?.verdict?.document;
  if (!document || document.kind === 'json') return null;
  if (document.kind === 'code') return document.language === 'python' || document.language === 'bash' ? '#' : '//';
  if (document.kind === 'text')
    return /\.(jsx?|tsx?|go|java|c|h|cc|cpp|cs|rs|kt|swift|scala|php)$/.test(place.path) ? '//' : '#';
  return '#';
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  if (at < 0) return text.length;
  return text[at - 1] === '\r' ? at - 1 : at;
}

function indentAt(text: string, line: number): number {
  const match = /^[ \t]*(\S)?/.exec(text.slice(line, line + 1_000));
  return match?.[1] === undefined ? Number.POSITIVE_INFINITY : (match[0]?.length ?? 1) - 1;
}
