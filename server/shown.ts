// Which findings a document shows, and their JSON, which is made anew only where something changed.
import type { Position } from 'vscode-languageserver';
import { type Enforcement, type Finding, movedFinding, type PlacedFindings } from '../engine/index.ts';
import { diagnosticOf, type Surroundings } from './convert.ts';
import type { Judged, OpenDocument } from './documents.ts';
import { wordsOn } from './requests.ts';
import type { Session } from './session.ts';

/** More than anyone looks through in an editor. Each is sent again with every keystroke, and read again by the editor. */
const mostDiagnostics = 250;

/** A list of findings as it was sent last. */
export interface Sent {
  readonly counts: Counts;
  /** What `json` rests on beside the list: where its stretch begins, and how many of each enforcement are taken. */
  key: string;
  json: string;
}

type Counts = Readonly<Record<Enforcement, number>>;

/** A suppressed finding was answered by a person: an editor does not repeat it. */
export function isShown(finding: Finding): boolean {
  return finding.exception?.kind !== 'suppression';
}

/** The findings to show, the gravest where there are too many, in the order of the text. */
export interface Choice {
  readonly chosen: readonly Chosen[];
  readonly omitted: number;
}

/** Of a list, the first so many of each enforcement. */
export interface Chosen extends PlacedFindings {
  readonly taken: Counts;
}

/** Chooses what is shown. */
export function choose(session: Session, document: OpenDocument, { placed }: Judged): Choice {
  const counts = placed.map(({ findings }) => sentOf(document, findings).counts);
  const all = counts.reduce(sum, none);
  const most = session.client.options.mostDiagnostics ?? mostDiagnostics;
  let left = gravest(all, most);
  const shown = totalOf(left);
  const chosen = placed.map(({ offset, findings }, index): Chosen => {
    const taken = least(counts[index]!, left);
    left = { deny: left.deny - taken.deny, warn: left.warn - taken.warn, audit: left.audit - taken.audit };
    return { offset, findings, taken };
  });
  return { chosen: chosen.filter(({ taken }) => totalOf(taken) > 0), omitted: totalOf(all) - shown };
}

/** The chosen findings of a list, in the file's offsets. */
export function findingsOf({ offset, findings, taken }: Chosen): readonly Finding[] {
  const left = { ...taken };
  return findings
    .filter((finding) => isShown(finding) && left[finding.enforcement]-- > 0)
    .map((finding) => movedFinding(finding, offset));
}

/**
 * The chosen findings of a list as JSON, without brackets. A list says the same for as long as its stretch begins in the
 * same line and column, so that then nothing of it is made anew.
 */
export function jsonOf(session: Session, document: OpenDocument, chosen: Chosen): string {
  const { text } = document;
  const sent = sentOf(document, chosen.findings);
  const key = `${session.requests.revision()} ${keyOf(text.positionAt(chosen.offset), chosen.taken)}`;
  if (sent.key === key) return sent.json;
  const surroundings = surroundingsOf(session, document);
  const diagnostics = findingsOf(chosen).map((finding) => diagnosticOf(finding, text, surroundings));
  sent.key = key;
  sent.json = JSON.stringify(diagnostics).slice(1, -1);
  return sent.json;
}

/** What a document's diagnostics need beside its findings. */
export function surroundingsOf({ client, requests }: Session, { place }: OpenDocument): Surroundings {
  const { rules } = place.root;
  return {
    pageOf: (id) => rules?.pageOf(id) ?? null,
    related: client.relatedInformation,
    askedFor: (finding) => wordsOn(requests, finding, rules),
  };
}

function sentOf({ sent }: OpenDocument, findings: readonly Finding[]): Sent {
  let known = sent.get(findings);
  if (known === undefined) {
    known = { counts: countsOf(findings), key: '', json: '' };
    sent.set(findings, known);
  }
  return known;
}

function countsOf(findings: readonly Finding[]): Counts {
  const counts = { ...none };
  for (const finding of findings) if (isShown(finding)) counts[finding.enforcement]++;
  return counts;
}

const none: Counts = { deny: 0, warn: 0, audit: 0 };

/** So many of each that there are no more than `most`. */
function gravest({ deny, warn, audit }: Counts, most: number): Counts {
  const first = Math.min(deny, most);
  const second = Math.min(warn, most - first);
  return { deny: first, warn: second, audit: Math.min(audit, most - first - second) };
}

function least(a: Counts, b: Counts): Counts {
  return { deny: Math.min(a.deny, b.deny), warn: Math.min(a.warn, b.warn), audit: Math.min(a.audit, b.audit) };
}

function sum(a: Counts, b: Counts): Counts {
  return { deny: a.deny + b.deny, warn: a.warn + b.warn, audit: a.audit + b.audit };
}

function totalOf({ deny, warn, audit }: Counts): number {
  return deny + warn + audit;
}

function keyOf({ line, character }: Position, { deny, warn, audit }: Counts): string {
  return `${line}:${character} ${deny},${warn},${audit}`;
}
