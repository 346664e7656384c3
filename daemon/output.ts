/** Writing to the streams of the process, whoever reads them and for however long. */
import process from 'node:process';

/** Whether the reader of stdout has gone: what is left to write is dropped, the verdict stands. */
const gone = new WeakSet<NodeJS.WriteStream>();

/** Keeps a reader that leaves early (`kerb check | head`) from ending the process in the middle of its work. */
export function tolerateLeavingReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EOF') throw error;
      gone.add(stream);
    });
  }
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
