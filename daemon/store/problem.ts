/** What can go wrong with the store, sorted by what a caller can do about it. */

/** There is no store, and why: nothing was changed. */
export interface StoreProblem {
  readonly kind: 'problem';
  /** `newer`: a newer Kerb wrote it. `runtime`: this Node cannot load SQLite. `home`: whose folder it is. */
  readonly reason: 'newer' | 'runtime' | 'home' | 'diskFull' | 'disk';
  readonly message: string;
}

/** A write that did not happen, none of it. */
export interface Refusal {
  readonly kind: 'refused';
  /** `limit`: the journal is full. `busy`: another process held the lock for too long. `used`: see `countUses`. */
  readonly reason: 'limit' | 'used' | 'diskFull' | 'readOnly' | 'busy' | 'inputOutput';
  readonly message: string;
}

/** What was read is not what was written: the file is to be set aside. */
export class CorruptStore extends Error {
  override name = 'CorruptStore';
}

/** Another process set the file aside, and this one holds what nobody reads any more: it is to be opened again. */
export class MovedStore extends Error {
  override name = 'MovedStore';
}

/** There was a store, and now there is none that can be used. */
export class LostStore extends Error {
  override name = 'LostStore';
}

/** Whether SQLite, or what was read, says that the file is damaged. */
export function isCorruption(error: unknown): boolean {
  return error instanceof CorruptStore || corruptions.test(codeOf(error));
}

/** A table or column that is not there: in a file whose tables were brought up to date, that is damage too. */
export function isSchemaDamage(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_ERROR';
}

/** No memory was enough: for a whole store a fault of the machine, for a damaged one the size that a row claims. */
export function isOutOfMemory(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_NOMEM';
}

/** A key that is there already is one that the chain's head does not know; a size that is too big was never written. */
const corruptions =
  /^SQLITE_(?:CORRUPT|NOTADB|FORMAT|MISMATCH|TOOBIG|IOERR_SHORT_READ|IOERR_CORRUPTFS|CONSTRAINT_PRIMARYKEY|CONSTRAINT_ROWID)/;

/** What a failed write comes to, or null where it is no failure of the disk but a fault. */
export function refusalOf(error: unknown): Refusal | null {
  const code = codeOf(error);
  const found = refusals.find(([pattern]) => pattern.test(code));
  return found === undefined ? null : { kind: 'refused', reason: found[1], message: `${found[2]} (${code})` };
}

const refusals: readonly (readonly [RegExp, Refusal['reason'], string])[] = [
  [
    /^SQLITE_FULL|^SQLITE_IOERR_SHMSIZE|^ENOSPC|^EDQUOT|^EFBIG/,
    'diskFull',
    'no space is left on the disk of KERB_HOME: make some',
  ],
  [
    /^SQLITE_(?:READONLY|CANTOPEN|PERM)|^E(?:ROFS|ACCES|PERM)$/,
    'readOnly',
    'KERB_HOME cannot be written: mend its permissions or its disk',
  ],
  [/^SQLITE_(?:BUSY|LOCKED)/, 'busy', 'another process keeps the store locked: try again'],
  [/^SQLITE_IOERR|^EIO$/, 'inputOutput', 'the disk of KERB_HOME answers with errors: look after it'],
];

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
