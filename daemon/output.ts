/** Writing to the streams of the process, whoever reads them and for however long. */
import { writeSync } from 'node:fs';
import process from 'node:process';

/** Whether the reader of stdout has gone: what is left to write is dropped, the verdict stands. */
const gone = new WeakSet<NodeJS.WriteStream>();

/**
 * Keeps a reader that leaves early (`kerb check | head`) from ending the process in the middle of its work. Where output
 * cannot be written for another reason (a full disk), nobody gets the verdict, so there is none: exit code 2.
 */
export function watchStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EOF') gone.add(stream);
      else giveUp(error);
    });
  }
}

function giveUp(error: NodeJS.ErrnoException): never {
  const reason = error.code === 'ENOSPC' ? 'there is no space left' : (error.code ?? error.message);
  try {
    writeSync(2, `kerb: the output could not be written, so there is no verdict: ${reason}\n`);
  } catch {
    // stderr is the broken one: the exit code is all that can still be said.
  }
  process.exit(2);
}

/** Writes results. Resolves when the text has been handed over, so that a slow reader holds the writer back. */
export function print(text: string): Promise<void> {
  return write(process.stdout, text);
}

/** Writes what is about the work and not its result: errors, notes, progress. */
export function complain(text: string): Promise<void> {
  return write(process.stderr, text);
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (gone.has(stream) || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
