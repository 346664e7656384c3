/** Where on this machine each repository was last decided on. Records name a repository and no folder, and this is never sent. */
import * as z from 'zod';
import type { Store } from '../store/store.ts';

const key = 'workTrees';
/** Those that were noted first make room. */
const maxKept = 500;

const places = z.array(z.strictObject({ repository: z.string(), root: z.string() })).max(maxKept);
type WorkTreePlace = z.infer<typeof places>[number];

/** Notes where decisions are made. It writes once for each work tree. */
export interface WorkTreeNotes {
  note(place: WorkTreePlace): void;
}

export function createWorkTreeNotes(store: Pick<Store, 'state' | 'setState'>): WorkTreeNotes {
  const noted = new Set<string>();
  return {
    note(place) {
      const name = JSON.stringify([place.repository, place.root]);
      if (noted.has(name)) return;
      noted.add(name);
      const known = readPlaces(store);
      if (known.some(({ repository, root }) => repository === place.repository && root === place.root)) return;
      // Where the store takes nothing the decision itself was refused, and what is not noted is said to be gone.
      store.setState(key, JSON.stringify([...known, place].slice(-maxKept)));
    },
  };
}

/** The work trees of a repository, the latest first. */
export function workTreesOf(repository: string, store: Pick<Store, 'state'>): readonly string[] {
  const own = readPlaces(store).filter((place) => place.repository === repository);
  return own.map(({ root }) => root).reverse();
}

function readPlaces(store: Pick<Store, 'state'>): readonly WorkTreePlace[] {
  return places.parse(JSON.parse(store.state(key) ?? '[]'));
}
