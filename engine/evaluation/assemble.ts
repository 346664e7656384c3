/** From the marks of parts to the findings of a file: occurrence counters, fingerprints. */
import type { Document, Finding, Native, Part } from '../model.ts';
import { formatPath } from '../policy/path.ts';
import type { JudgeCache, PartFindings } from './cache.ts';
import { isFirstWord, type Mark } from './mark.ts';
import { offersOf } from './offers.ts';
import type { PartJudgement } from './part.ts';
import type { PlacedFindings } from './placed.ts';
import { recount } from './tally.ts';

/** A finding and what it came from, for those who work out its fixes. */
export interface Origin {
  readonly mark: Mark;
  readonly part: Part;
}

/** The findings of a file. */
export interface Assembly {
  /** By part, those without a finding left out. */
  readonly placed: readonly PlacedFindings[];
  /** What a finding came from, by its fingerprint. */
  readonly originOf: (fingerprint: string) => Origin | null;
}

const maxFingerprints = 20_000;

/** Puts the judgements of a document's parts together. Findings of parts that did not change keep their identity. */
export function assemble(
  document: Document,
  judgements: readonly PartJudgement[],
  native: Pick<Native, 'sha256'>,
  cache: JudgeCache,
): Assembly {
  if (cache.fingerprints.size > maxFingerprints) cache.fingerprints.clear();
  recount(cache.tally, judgements);
  const isPlain = cache.tally.repeated === 0 && !judgements.some(({ hasBroken }) => hasBroken);
  const seen = new Map<string, number>();
  const told = new Set<string>();
  const placed: Placed[] = [];
  for (let index = 0; index < document.parts.length; index++) {
    const part = document.parts[index]!;
    const judgement = judgements[index];
    if (judgement === undefined || judgement.marks.length === 0) continue;
    const marks = judgement.hasBroken ? judgement.marks.filter((mark) => isFirstWord(mark, told)) : judgement.marks;
    const counters = isPlain ? null : countersOf(marks, seen);
    placed.push({
      offset: part.offset,
      findings: findingsOf({ document, part, marks, counters, native, cache }),
      part,
      marks,
    });
  }
  return { placed, originOf: (fingerprint) => originIn(placed, fingerprint) };
}

interface Placed extends PlacedFindings {
  readonly part: Part;
  readonly marks: readonly Mark[];
}

function originIn(placed: readonly Placed[], fingerprint: string): Origin | null {
  for (const { part, marks, findings } of placed) {
    const mark = marks[findings.findIndex((finding) => finding.fingerprint === fingerprint)];
    if (mark !== undefined) return { mark, part };
  }
  return null;
}

interface Making {
  readonly document: Document;
  readonly part: Part;
  readonly marks: readonly Mark[];
  readonly counters: readonly number[] | null;
  readonly native: Pick<Native, 'sha256'>;
  readonly cache: JudgeCache;
}

/** The findings of a part: those of before, or made. */
function findingsOf(making: Making): readonly Finding[] {
  const { part, marks, counters, cache } = making;
  const occurrences = counters?.join() ?? '';
  const before = cache.findings.get(part.content);
  if (before?.occurrences === occurrences && before.findings.length === marks.length) return before.findings;
  const made: PartFindings = {
    occurrences,
    findings: marks.map((mark, at) => findingOf(mark, counters?.[at] ?? 0, making)),
  };
  cache.findings.set(part.content, made);
  return made.findings;
}

function findingOf(mark: Mark, occurrence: number, { document, native, cache }: Making): Finding {
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
    span: where.span,
    message: judged.message,
    related: because === null ? [] : [{ span: because.span, message: 'decided here' }],
    fingerprint,
    exception: null,
    fixes: offersOf(mark),
  };
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
