/** From the marks of parts to the findings of a file: offsets, occurrence counters, fingerprints. */
import type { Document, Finding, Native, Part, Span } from '../model.ts';
import { formatPath } from '../policy/path.ts';
import type { JudgeCache, PlacedPart } from './cache.ts';
import type { Mark } from './mark.ts';
import { offersOf } from './offers.ts';
import type { PartJudgement } from './part.ts';

/** A finding and what it came from, for those who work out its fixes. */
export interface Origin {
  readonly mark: Mark;
  readonly part: Part;
}

/** The findings of a file. */
export interface Assembly {
  readonly findings: readonly Finding[];
  /** What a finding came from, by its fingerprint. */
  readonly originOf: (fingerprint: string) => Origin | null;
}

const maxFingerprints = 20_000;

/** Puts the judgements of a document's parts together. Findings that did not move keep their identity. */
export function assemble(
  document: Document,
  judgements: readonly PartJudgement[],
  native: Pick<Native, 'sha256'>,
  cache: JudgeCache,
): Assembly {
  const findings: Finding[] = [];
  const seen = new Map<string, number>();
  const told = new Set<string>();
  const sources: { readonly part: Part; readonly marks: readonly Mark[]; readonly findings: readonly Finding[] }[] = [];
  if (cache.fingerprints.size > maxFingerprints) cache.fingerprints.clear();
  for (const [index, part] of document.parts.entries()) {
    const judgement = judgements[index];
    if (judgement === undefined || judgement.marks.length === 0) continue;
    const marks = judgement.hasBroken ? judgement.marks.filter((mark) => isFirstWord(mark, told)) : judgement.marks;
    const placed = place({ document, part, marks, counters: countersOf(marks, seen), native, cache });
    for (const finding of placed.findings) findings.push(finding);
    sources.push({ part, marks, findings: placed.findings });
  }
  const originOf = (fingerprint: string): Origin | null => {
    for (const { part, marks, findings: placed } of sources) {
      const mark = marks[placed.findIndex((finding) => finding.fingerprint === fingerprint)];
      if (mark !== undefined) return { mark, part };
    }
    return null;
  };
  return { findings, originOf };
}

interface Placing {
  readonly document: Document;
  readonly part: Part;
  readonly marks: readonly Mark[];
  readonly counters: readonly number[] | null;
  readonly native: Pick<Native, 'sha256'>;
  readonly cache: JudgeCache;
}

/** The findings of a part where it stands now: those of before, the same moved, or made. */
function place(placing: Placing): PlacedPart {
  const { part, marks, cache } = placing;
  const occurrences = placing.counters?.join() ?? '';
  const before = cache.placed.get(part.content);
  const isSame = before?.occurrences === occurrences && before.findings.length === marks.length;
  if (isSame && before.offset === part.offset) return before;
  const findings = isSame
    ? before.findings.map((finding) => movedFinding(finding, part.offset - before.offset))
    : marks.map((mark, at) => findingOf(mark, placing.counters?.[at] ?? 0, placing));
  const placed = { offset: part.offset, occurrences, findings };
  cache.placed.set(part.content, placed);
  return placed;
}

function findingOf(mark: Mark, occurrence: number, { document, part, native, cache }: Placing): Finding {
  const { judged, resource, place: where, because, key } = mark;
  const { policy, enforcement } = judged.policy.enabled;
  const counted = `${key}\0${occurrence}`;
  let fingerprint = cache.fingerprints.get(counted);
  if (fingerprint === undefined) {
    fingerprint = native.sha256(counted).slice(0, 32);
    cache.fingerprints.set(counted, fingerprint);
  }
  return {
    policy: policy.id,
    severity: policy.severity,
    enforcement,
    outcome: judged.outcome,
    file: document.file.path,
    resource: resource.name,
    path: formatPath(where.path),
    span: moved(where.span, part.offset),
    message: judged.message,
    related: because === null ? [] : [{ span: moved(because.span, part.offset), message: 'decided here' }],
    fingerprint,
    exception: null,
    fixes: offersOf(mark),
  };
}

/** Written out, since thousands are made for one keystroke near the top of a large file. */
function movedFinding(finding: Finding, by: number): Finding {
  return {
    policy: finding.policy,
    severity: finding.severity,
    enforcement: finding.enforcement,
    outcome: finding.outcome,
    file: finding.file,
    resource: finding.resource,
    path: finding.path,
    span: moved(finding.span, by),
    message: finding.message,
    related:
      finding.related.length === 0
        ? finding.related
        : finding.related.map((one) => ({ ...one, span: moved(one.span, by) })),
    fingerprint: finding.fingerprint,
    exception: finding.exception,
    fixes: finding.fixes,
  };
}

function moved({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}

/** Which of several equal marks each one is; null where all are the first. */
function countersOf(marks: readonly Mark[], seen: Map<string, number>): readonly number[] | null {
  let isPlain = true;
  const counters = marks.map(({ key }) => {
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    if (before > 0) isPlain = false;
    return before;
  });
  return isPlain ? null : counters;
}

/** A policy that cannot judge at all says so once in a file. */
function isFirstWord({ judged }: Mark, told: Set<string>): boolean {
  if (judged.policy.broken === null) return true;
  const { id } = judged.policy.enabled.policy;
  if (told.has(id)) return false;
  told.add(id);
  return true;
}
