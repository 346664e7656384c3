/** Writing a file so that whoever reads it sees the old one or the new one, never half of either. */
import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/**
 * Replaces a file by rename within its folder; a symbolic link stays and what it leads to is replaced. The file keeps its
 * permissions; a new one gets the usual ones. Throws what the file system says.
 */
export function replaceFile(file: string, bytes: Buffer): void {
  const target = realPath(file);
  const mode = statSync(target, { throwIfNoEntry: false })?.mode;
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

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
