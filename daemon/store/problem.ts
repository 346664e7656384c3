/** What can go wrong with the store, sorted by what a caller can do about it. */

/** There is no store, and why: nothing was changed. */
export interface StoreProblem {
  readonly kind: 'problem';
  /** `newer`: a newer Kerb wrote it. `runtime`: this Node cannot load SQLite. `home`: the folder. `unreadable`: the rest. */
  readonly reason: 'newer' | 'runtime' | 'home' | 'unreadable';
  readonly message: string;
}

/** A write that did not happen, none of it. */
export interface Refusal {
  readonly kind: 'refused';
  /** `limit`: the journal is full. `busy`: another process held the lock for too long. */
  readonly reason: 'limit' | 'diskFull' | 'readOnly' | 'busy' | 'inputOutput';
  readonly message: string;
}

/** What was read is not what was written: the file is to be set aside. */
export class CorruptStore extends Error {
  override name = 'CorruptStore';
}

/** The file was set aside by another process and this one holds what nobody reads any more: it is to be opened again. */
export class MovedStore extends Error {
  override name = 'MovedStore';
}

/** Whether SQLite, or what was read, says that the file is damaged. */
export function isCorruption(error: unknown): boolean {
  if (error instanceof CorruptStore) return true;
  return /^SQLITE_(CORRUPT|NOTADB|FORMAT|ERROR|MISMATCH)/.test(codeOf(error));
}

/** What a failed write comes to, or null where it is no failure of the disk but a fault. */
export function refusalOf(error: unknown): Refusal | null {
  const code = codeOf(error);
  const found = refusals.find(([pattern]) => pattern.test(code));
  return found === undefined ? null : { kind: 'refused', reason: found[1], message: `${found[2]} (${code})` };
}

const refusals: readonly (readonly [RegExp, Refusal['reason'], string])[] = [
  [/^SQLITE_FULL|^ENOSPC|^EDQUOT|^EFBIG/, 'diskFull', 'there is no space left on the disk of KERB_HOME'],
  [/^SQLITE_READONLY|^SQLITE_CANTOPEN|^SQLITE_PERM|^EROFS|^EACCES|^EPERM/, 'readOnly', 'KERB_HOME cannot be written'],
  [/^SQLITE_BUSY|^SQLITE_LOCKED/, 'busy', 'another process kept the store locked'],
  [/^SQLITE_IOERR|^EIO/, 'inputOutput', 'the disk of KERB_HOME answers with errors'],
];

/** `SQLITE_FULL`, `ENOSPC`, or nothing. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
