/** Writing a file so that whoever reads it sees the old one or the new one, never half of either. */
import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isInside } from './root.ts';

export interface Replacement {
  /** The file must lie in here, also when a symbolic link leads to it: a repository may try to have others overwritten. */
  readonly within: string;
  /** Relative to `within`, or absolute. */
  readonly file: string;
  readonly bytes: Buffer;
}

/**
 * Replaces a file by rename within its folder; a symbolic link stays and what it leads to is replaced. The file keeps its
 * permissions; a new one gets the usual ones. Throws what the file system says, and where the file leads out or
 * is read-only.
 */
export function replaceFile({ within, file, bytes }: Replacement): void {
  const target = realPath(path.resolve(within, file));
  if (!isInside(target, realPath(within))) throw new Error(`it leads out of ${within}`);
  const mode = statSync(target, { throwIfNoEntry: false })?.mode;
  // A rename would go over it without a word, where whoever writes in place is refused.
  if (mode !== undefined && (mode & 0o222) === 0) throw new Error('it is read-only');
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.kerb-${process.pid}`);
  try {
    const handle = openSync(temporary, 'wx', mode === undefined ? 0o666 : mode & 0o7777);
    try {
      writeFileSync(handle, bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Where a path leads, as far as it exists. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = path.dirname(file);
    return folder === file ? file : path.join(realPath(folder), path.basename(file));
  }
}
