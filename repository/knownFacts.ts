/**
 * What names of objects lead to, remembered where it cannot become something else: an id, and whatever begins with one
 * (`<id>^{tree}`, `<id>:kerb.yaml`).
 */
import type { ObjectFacts } from './gitSession.ts';

export interface KnownFacts {
  /** Null: there is certainly nothing. Undefined: nobody knows. */
  of(name: string): ObjectFacts | null | undefined;
  keep(found: ReadonlyMap<string, ObjectFacts | null>): void;
}

/** More than a commit of a thousand files asks about. */
const maxKept = 4_000;

export function createKnownFacts(): KnownFacts {
  const kept = new Map<string, ObjectFacts | null>();
  return {
    of: (name) => kept.get(name),
    keep(found) {
      if (kept.size + found.size > maxKept) kept.clear();
      for (const [name, facts] of found) {
        const id = /^(?:[0-9a-f]{64}|[0-9a-f]{40})(?=$|[:^])/.exec(name)?.[0];
        if (id === undefined) continue;
        // An object that is not here may be fetched; a path that a commit which is here has not, it will never have.
        if (facts !== null || (name !== id && (found.get(id) ?? kept.get(id)) != null)) kept.set(name, facts);
      }
    },
  };
}
