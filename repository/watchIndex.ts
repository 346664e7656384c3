/** Being told that something was staged. An event says no more than that: whoever is told looks for themselves. */
import { watch } from 'node:fs';
import { gitFolder } from './git.ts';

/**
 * Calls back whenever the index of a work tree was written. Holds no process up. Returns how to end it; null where that
 * cannot be watched.
 */
export function watchIndex(root: string, changed: () => void): (() => void) | null {
  const folder = gitFolder(root);
  if (folder === null) return null;
  try {
    // git writes a file of its own and renames it: that is seen from the folder alone.
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === 'index' || name === null) changed();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    // The system watches no more files, or the folder has gone since.
    return null;
  }
}
