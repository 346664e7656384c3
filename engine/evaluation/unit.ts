/**
 * What was said of resources that were lifted together, a job of a workflow and what is in it: taken over as a whole while
 * only other stretches of the part change.
 */
import type { PartContent, Resource, Span, Unit, Value } from '../model.ts';
import type { PolicySet } from '../policy/compile.ts';
import { isSameRead } from '../policy/reads.ts';
import type { ResourceEntry } from './cache.ts';
import type { Mark } from './mark.ts';
import type { Place } from './place.ts';
import { movedBy } from './placed.ts';

/** What all policies said of one resource. */
export interface Said {
  readonly kind: string;
  readonly self: Value;
  readonly marks: readonly Mark[];
  readonly unknown: number;
  readonly cost: number;
  /** What is known of the resource by itself, should its unit's surroundings change. */
  readonly entry: ResourceEntry | null;
}

/** A unit as it was judged last. */
export interface JudgedUnit {
  /** Where it stood. */
  readonly start: number;
  /** The relatives from around it. */
  readonly around: Unit['around'];
  /** In the order in which its resources were lifted. */
  readonly said: readonly Said[];
}

/** The units of one part that is being judged. */
export interface Units {
  /** What was said of the resource before, where that still holds, at its place in the part as it is now. */
  take(resource: Resource, content: PartContent): Said | null;
  /** What is known of a resource whose surroundings changed. */
  entryOf(resource: Resource): ResourceEntry | null;
  /** Notes what was said of a resource, taken over or not; each is noted once, in order. */
  note(resource: Resource, said: Said): void;
  /** Keeps what was noted for the next judgement. */
  keep(): void;
}

/** Nothing but a whole unit is kept, and none of whose findings one stands outside of it. */
export function createUnits(known: WeakMap<object, JudgedUnit>, policies: PolicySet): Units {
  const turns = new Map<object, Turn>();
  const holds = createComparison(policies);
  // Most resources follow one of the same unit.
  let last: Turn | null = null;
  const turnOf = (unit: Unit): Turn => {
    if (last !== null && last.unit === unit) return last;
    let turn = turns.get(unit.id);
    if (turn === undefined) {
      const before = known.get(unit.id) ?? null;
      const by = before === null ? 0 : unit.span.start - before.start;
      turn = { unit, before, by, holds: before !== null && holds(before, unit), said: [] };
      turns.set(unit.id, turn);
    }
    last = turn;
    return turn;
  };
  const beforeOf = (resource: Resource, { before, said }: Turn): Said | null => {
    const one = before?.said[said.length];
    return one !== undefined && one.self === resource.self && one.kind === resource.kind ? one : null;
  };
  return {
    take(resource, content) {
      if (resource.unit === undefined) return null;
      const turn = turnOf(resource.unit);
      const one = turn.holds ? beforeOf(resource, turn) : null;
      return one === null ? null : moved(one, resource, content, turn.by);
    },
    entryOf: (resource) =>
      resource.unit === undefined ? null : (beforeOf(resource, turnOf(resource.unit))?.entry ?? null),
    note({ unit }, said) {
      if (unit !== undefined) turnOf(unit).said.push(said);
    },
    keep() {
      for (const [id, { unit, said }] of turns) {
        if (said.every(({ marks }) => marks.every((mark) => standsIn(mark, unit.span))))
          known.set(id, { start: unit.span.start, around: unit.around, said });
        else known.delete(id);
      }
    },
  };
}

interface Turn {
  readonly unit: Unit;
  readonly before: JudgedUnit | null;
  /** How far it has moved since. */
  readonly by: number;
  /** Whether all that was read from around the unit is the same. */
  readonly holds: boolean;
  readonly said: Said[];
}

/** Whether policies read the same around a unit as before. Units of one part share what is around them: it is compared once. */
function createComparison(policies: PolicySet) {
  const results = new Map<Unit['around'], boolean>();
  return ({ around: before }: JudgedUnit, { kinds, around }: Unit): boolean => {
    let same = results.get(before);
    if (same === undefined) {
      const reads = kinds.flatMap(policies.reads).filter(({ name }) => Object.hasOwn(around, name));
      same = reads.every(({ name, path }) => isSameRead(before[name], around[name], path));
      results.set(before, same);
    }
    return same;
  };
}

/** The same of the resource as it was lifted now, where it stands now. */
function moved(said: Said, resource: Resource, content: PartContent, by: number): Said {
  if (said.marks.length === 0) return said;
  const move = (place: Place): Place => (by === 0 ? place : { path: place.path, span: movedBy(place.span, by) });
  const marks = said.marks.map(({ judged, place, because, key }) => {
    return { judged, resource, content, place: move(place), because: because === null ? null : move(because), key };
  });
  return { ...said, marks };
}

function standsIn({ judged, place, because }: Mark, { start, end }: Span): boolean {
  const within = ({ span }: Place): boolean => span.start >= start && span.end <= end;
  return judged.span === null && within(place) && (because === null || within(because));
}
