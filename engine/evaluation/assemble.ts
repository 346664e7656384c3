/** From the marks of parts to the findings of a file: offsets, occurrence counters, fingerprints. */
import type { Document, Finding, Native, Part } from '../model.ts';
import { formatPath } from '../policy/path.ts';
import type { JudgeCache } from './cache.ts';
import type { Mark, PartJudgement } from './part.ts';

/** A finding and what it came from, for those who work out its fixes. */
export interface Origin {
  readonly mark: Mark;
  readonly part: Part;
}

export interface Assembly {
  readonly findings: readonly Finding[];
  /** What each finding came from, in the same order. */
  readonly origins: readonly Origin[];
}

const maxFingerprints = 100_000;

/** Puts the judgements of a document's parts together. Findings that did not move keep their identity. */
export function assemble(
  document: Document,
  judgements: readonly PartJudgement[],
  native: Pick<Native, 'sha256'>,
  cache: JudgeCache,
): Assembly {
  const findings: Finding[] = [];
  const origins: Origin[] = [];
  const seen = new Map<string, number>();
  const broken = new Set<string>();
  if (cache.fingerprints.size > maxFingerprints) cache.fingerprints.clear();
  for (const [index, part] of document.parts.entries()) {
    const all = judgements[index]?.marks ?? [];
    const marks = all.some(isBroken) ? all.filter((mark) => !isBroken(mark) || isFirst(broken, idOf(mark))) : all;
    if (marks.length === 0) continue;
    const counters = marks.map((mark) => count(seen, keyOf(document, mark)));
    const occurrences = counters.join();
    let placed = cache.placed.get(part.content);
    if (
      placed?.offset !== part.offset ||
      placed.occurrences !== occurrences ||
      placed.findings.length !== marks.length
    ) {
      const made = marks.map((mark, at) =>
        findingOf(document, mark, part, `${keyOf(document, mark)}\0${counters[at]}`, native, cache),
      );
      placed = { offset: part.offset, occurrences, findings: made };
      cache.placed.set(part.content, placed);
    }
    for (const finding of placed.findings) findings.push(finding);
    for (const mark of marks) origins.push({ mark, part });
  }
  return { findings, origins };
}

function findingOf(
  document: Document,
  { judged, resource, place, because }: Mark,
  part: Part,
  key: string,
  native: Pick<Native, 'sha256'>,
  cache: JudgeCache,
): Finding {
  const { policy, enforcement } = judged.policy.enabled;
  const shift = ({ start, end }: { start: number; end: number }) => ({
    start: start + part.offset,
    end: end + part.offset,
  });
  let fingerprint = cache.fingerprints.get(key);
  if (fingerprint === undefined) {
    fingerprint = native.sha256(key).slice(0, 32);
    cache.fingerprints.set(key, fingerprint);
  }
  const hasFix = judged.outcome === 'fail' && policy.fix !== null && (judged.hit === null || judged.hit.fix !== null);
  return {
    policy: policy.id,
    severity: policy.severity,
    enforcement,
    outcome: judged.outcome,
    file: document.file.path,
    resource: resource.name,
    path: formatPath(place.path),
    span: shift(place.span),
    message: judged.message,
    related: because === null ? [] : [{ span: shift(because.span), message: 'decided here' }],
    fingerprint,
    exception: null,
    fixes: hasFix && policy.fix !== null ? [{ title: policy.fix.title, safe: policy.fix.safe }] : [],
  };
}

function keyOf(document: Document, { judged, resource }: Mark): string {
  return `${judged.policy.enabled.policy.id}\0${document.file.path}\0${resource.identity}\0${judged.key}`;
}

function count(seen: Map<string, number>, key: string): number {
  const before = seen.get(key) ?? 0;
  seen.set(key, before + 1);
  return before;
}

/** A policy that cannot judge at all says so once in a file. */
function isBroken(mark: Mark): boolean {
  return mark.judged.policy.broken !== null;
}

function isFirst(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  return true;
}

function idOf(mark: Mark): string {
  return mark.judged.policy.enabled.policy.id;
}
