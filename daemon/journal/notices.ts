import type { StoreStatus } from '../store/store.ts';

/** What a person should know of the store: damaged ones that were set aside, deleted ones, and decisions that could not be kept. */
export function journalNotices({ setAside, missed }: Pick<StoreStatus, 'setAside' | 'missed'>): readonly string[] {
  const asides = setAside.map(({ at, folder, cause, missing }) => {
    const lost = missing === null ? 'nobody knows how many decisions are lost' : `${missing} decisions are lost`;
    if (folder === null) return `the store had been deleted, and a new one was begun at ${at}: ${lost}`;
    return `a damaged store was set aside at ${at} as ${folder} (${cause}): ${lost}`;
  });
  if (missed === 0) return asides;
  return [
    ...asides,
    `${missed ?? 'an unknown number of'} decisions passed and could not be kept: make room on the disk, or kerb sync`,
  ];
}
