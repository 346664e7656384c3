/**
 * What was said of resources that were lifted together, a job of a workflow and what is in it: taken over as a whole while
 * only other stretches of the part change.
 */
import type { PartContent, Span, Unit, Value } from '../model.ts';
import type { PolicySet } from '../policy/compile.ts';
import { isSameRead } from '../policy/reads.ts';
import { entryOf, type ResourceEntries } from './cache.ts';
import { type Bench, judgeOne } from './judgeOne.ts';
import type { Mark } from './mark.ts';
import type { Place } from './place.ts';
import { movedBy } from './placed.ts';

/** What all policies said of a unit. */
export interface JudgedUnit {
  readonly id: object;
  /** Where it stood. */
  readonly start: number;
  /** The relatives from around it. */
  readonly around: Unit['around'];
  readonly marks: readonly UnitMark[];
  readonly resources: number;
  readonly unknown: number;
  readonly cost: number;
  /** What is known of its resources by themselves, should it or its surroundings change. */
  readonly entries: ResourceEntries;
}

/** A mark, and which of the unit's resources it is on. */
interface UnitMark {
  readonly mark: Mark;
  readonly index: number;
}

/** A unit to judge. */
export interface JudgingUnit {
  readonly unit: Unit;
  readonly before: JudgedUnit | null;
  readonly content: PartContent;
  readonly file: Value;
  readonly budget: number;
}

/** Judges the resources of a unit in their order, with what is known of each. */
export function judgeUnit({ unit, before, content, file, budget }: JudgingUnit, bench: Bench): JudgedUnit {
  const entries: ResourceEntries = new Map();
  const marks: UnitMark[] = [];
  const resources = unit.resources();
  let unknown = 0;
  let cost = 0;
  for (const [index, resource] of resources.entries()) {
    if (bench.policies.groups(resource.kind).length === 0) continue;
    const entry = entryOf(entries, before?.entries ?? null, resource);
    const said = judgeOne({ resource, content, entry, file, budget: budget - cost }, bench);
    unknown += said.unknown;
    cost += said.cost;
    for (const mark of said.marks) marks.push({ mark, index });
  }
  const { id, span, around } = unit;
  return { id, start: span.start, around, marks, resources: resources.length, unknown, cost, entries };
}

/** Tells whether all that policies read from around a unit is what it was. Units of one part share that: it is compared once. */
export function createComparison(policies: PolicySet): (before: JudgedUnit, unit: Unit) => boolean {
  const results = new Map<Unit['around'], boolean>();
  return ({ around: before }, { kinds, around }) => {
    let same = results.get(before);
    if (same === undefined) {
      const reads = kinds.flatMap(policies.reads).filter(({ name }) => Object.hasOwn(around, name));
      same = reads.every(({ name, path }) => isSameRead(before[name], around[name], path));
      results.set(before, same);
    }
    return same;
  };
}

/** The same, of the unit as it was lifted now, where it stands now; null where something was said of a place outside of it. */
export function takenOver(before: JudgedUnit, unit: Unit, content: PartContent): JudgedUnit | null {
  const { span, around } = unit;
  const by = span.start - before.start;
  const stood = { start: before.start, end: span.end - by };
  if (!before.marks.every(({ mark }) => standsIn(mark, stood))) return null;
  const move = (place: Place): Place => (by === 0 ? place : { path: place.path, span: movedBy(place.span, by) });
  const marks = before.marks.map(({ mark, index }): UnitMark => {
    const { place, because } = mark;
    const resource = unit.resources()[index]!;
    const moved = { ...mark, resource, content, place: move(place), because: because === null ? null : move(because) };
    return { mark: moved, index };
  });
  return { ...before, start: span.start, around, marks };
}

function standsIn({ judged, place, because }: Mark, { start, end }: Span): boolean {
  const within = ({ span }: Place): boolean => span.start >= start && span.end <= end;
  return judged.span === null && within(place) && (because === null || within(because));
}
