/** All policies on one part of a document. */

import { maySuppress } from '../exception/find.ts';
import type { Document, Part, PartContent, Problem, Resource, Span, Unit } from '../model.ts';
import { isUnit, liftDocument } from '../resource/index.ts';
import { entryOf } from './cache.ts';
import { type Bench, judgeOne, plenty, type Said } from './judgeOne.ts';
import { distinct, isFirstWord, type Mark, withMaskedKeys } from './mark.ts';
import { maskedSpans } from './masks.ts';
import { scanPart } from './scan.ts';
import { fileOf } from './scope.ts';
import { createComparison, type JudgedUnit, judgeUnit, takenOver } from './unit.ts';

/** What all policies said of a part. It does not depend on where in the file the part stands. */
export interface PartJudgement {
  /** Sorted by start, policy and path; no two say the same. */
  readonly marks: readonly Mark[];
  /** Where the part holds secrets, whichever policies are on: no message may show one. */
  readonly secrets: readonly Span[];
  /** Why not all of the part was looked at for secrets, in its offsets. */
  readonly problems: readonly Problem[];
  readonly resources: number;
  readonly unknown: number;
  /** Whether a policy that is itself broken is among the marks. */
  readonly hasBroken: boolean;
  /** Whether the part's text may hold a suppression. */
  readonly maySuppress: boolean;
}

/** Units of work for one part: beyond them rules are errors. About a second. */
const partBudget = 50_000_000;

/** Judges one part, with what the cache knows of its resources. */
export function judgePart(part: Part, bench: Bench): PartJudgement {
  const { document, cache } = bench;
  const alone: Document = { ...document, parts: [part] };
  // An adapter may have its own reading of the part: its paths are located there.
  const lifted = liftDocument(alone, cache.memo).flatMap(({ part: { content }, lifted }) =>
    lifted.map((one) => ({ one, content })),
  );
  const { marks, resources, unknown } = judgeLifted(lifted, bench, 'taken over') ?? judgeLifted(lifted, bench, 'anew')!;
  const named = maskedSpans(marks);
  const secrets = scanPart(
    part,
    lifted.map(({ one }) => one),
    bench,
    named,
  );
  const spans = [...secrets.spans, ...named];
  return {
    marks: withMaskedKeys(distinct([...marks, ...secrets.marks]), part.content.text, spans),
    secrets: spans,
    problems: secrets.problems,
    resources,
    unknown,
    hasBroken: marks.some(({ judged }) => judged.policy.broken !== null),
    maySuppress: maySuppress(part.content.text),
  };
}

interface LiftedOne {
  readonly one: Resource | Unit;
  readonly content: PartContent;
}

interface JudgedParts {
  readonly marks: readonly Mark[];
  readonly resources: number;
  readonly unknown: number;
}

/**
 * Judges resources in their order; what was said of whole units may be taken over. Null where the budget is then nearly used
 * up: the order of judging matters for what is left, so that nothing may be taken over.
 */
function judgeLifted(lifted: readonly LiftedOne[], bench: Bench, units: 'taken over' | 'anew'): JudgedParts | null {
  const { policies, cache } = bench;
  const file = fileOf(bench.document);
  const holds = createComparison(policies);
  const judged = new Map<string, JudgedUnit>();
  const marks: Mark[] = [];
  const told = new Set<string>();
  let resources = 0;
  let unknown = 0;
  let budget = partBudget;
  const note = (said: Pick<Said, 'unknown' | 'cost'>): void => {
    unknown += said.unknown;
    budget -= said.cost;
  };
  const tell = (mark: Mark): void => {
    if (isFirstWord(mark, told)) marks.push(mark);
  };
  for (const { one, content } of lifted) {
    if (isUnit(one)) {
      const before = cache.units.get(one.name) ?? cache.formerUnits.get(one.name) ?? null;
      const isSame = units === 'taken over' && before?.id === one.id && holds(before, one);
      const taken = isSame ? takenOver(before, one, content) : null;
      const unit = taken ?? judgeUnit({ unit: one, before, content, file, budget }, bench);
      judged.set(one.name, unit);
      resources += unit.resources;
      note(unit);
      for (const { mark } of unit.marks) tell(mark);
    } else {
      resources++;
      if (policies.groups(one.kind).length === 0) continue;
      const entry = entryOf(cache.resources, cache.formerResources, one);
      const said = judgeOne({ resource: one, content, entry, file, budget }, bench);
      note(said);
      said.marks.forEach(tell);
    }
    if (budget < plenty && units === 'taken over') return null;
  }
  for (const [name, unit] of judged) cache.units.set(name, unit);
  return { marks, resources, unknown };
}
