/** A text that somebody pipes in, in the place of a file. */
import process from 'node:process';
import { maxFileBytes } from '../../repository/index.ts';

export async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    // What is beyond the limit is not judged; one byte more tells, and a stream without an end is not waited for.
    if (bytes > maxFileBytes) break;
  }
  return Buffer.concat(chunks);
}
