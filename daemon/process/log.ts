/** The daemon's log: a line an event, bounded, and readable by its owner alone. */
import { appendFileSync, copyFileSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { printableLines } from '../report/style.ts';

/** Writes a line. What is judged never goes in, and neither does what anybody sent. */
export type Log = (line: string) => void;

/** Beyond this the log begins anew; one earlier log is kept beside it. */
export const maxLogBytes = 1024 * 1024;

/** A descriptor of the log for appending; it can be the stdout and stderr of a process that is started. */
export function openLog(file: string): number {
  const descriptor = openSync(file, 'a', 0o600);
  rotate(file, descriptor);
  return descriptor;
}

/** Writes to a log, with the time in front. A log that cannot be written any more (a full disk) stops nothing. */
export function createLog(file: string, now: () => number): Log {
  const descriptor = openLog(file);
  return (line) => {
    try {
      rotate(file, descriptor);
      // A hub's words may be in it: only the first line of an event begins at the margin.
      const text = printableLines(line).replaceAll('\n', '\n  ');
      appendFileSync(descriptor, `${new Date(now()).toISOString()} ${text}\n`);
    } catch (error) {
      if (!['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  };
}

/** By copying, and not by renaming: whoever has the file open, as stderr for one, goes on writing to the same one. */
function rotate(file: string, descriptor: number): void {
  if (fstatSync(descriptor).size <= maxLogBytes) return;
  copyFileSync(file, `${file}.1`);
  ftruncateSync(descriptor, 0);
}
