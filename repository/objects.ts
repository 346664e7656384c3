/** Contents out of git's object store, many at a time. */
import { beginningOf, type GitFailure, type GitOutput, git } from './git.ts';
import { looseBlobs } from './looseObjects.ts';
import { maxFileBytes } from './read.ts';

/** Who answers for objects: git started for each question, or processes that stay (`gitSession.ts`). */
export interface ObjectStore {
  /** A line for each name: `<id> <type> <size>`, or `<name> missing`. */
  describe(names: readonly string[]): Promise<GitOutput>;
  /** For each id a line as above and the content. */
  contents(ids: readonly string[]): Promise<GitOutput>;
  /** A blob that can be had without git; null for one that git has to be asked about. */
  near(id: string): Buffer | null;
  /** The first bytes of a blob, as many as tell text from binary; none where git has none. */
  beginning(id: string): Promise<Buffer>;
}

/** git, started for each question. */
export function objectStore(root: string): ObjectStore {
  return {
    describe: (names) => git(root, ['cat-file', '--batch-check'], lines(names)),
    contents: (ids) => git(root, ['cat-file', '--batch'], lines(ids)),
    near: looseBlobs(root),
    beginning: (id) => beginningOf(root, ['cat-file', 'blob', id]),
  };
}

/** An object's bytes; null when it is larger than what is judged, or absent from a partial clone. */
export interface Blob {
  readonly id: string;
  readonly bytes: Buffer | null;
  /** Null when the object is not here. */
  readonly sizeBytes: number | null;
}

/** How much is asked of git at once, so that a large change does not stand in memory as a whole: 64 MiB. */
const batchBytes = 64 * 1024 * 1024;

/** Reads blobs by id: first those that are near, then the others. Ends with the failure when git fails. */
export async function* readBlobs(store: ObjectStore, ids: readonly string[]): AsyncGenerator<Blob, GitFailure | null> {
  const far: string[] = [];
  for (const id of ids) {
    const bytes = store.near(id);
    if (bytes === null) far.push(id);
    else yield { id, bytes, sizeBytes: bytes.length };
  }
  const sizes = await sizesOf(store, far);
  if (!Array.isArray(sizes)) return sizes;
  let batch: string[] = [];
  let bytes = 0;
  for (const { id, sizeBytes } of sizes) {
    if (sizeBytes === null || sizeBytes > maxFileBytes) {
      yield { id, bytes: null, sizeBytes };
      continue;
    }
    batch.push(id);
    bytes += sizeBytes;
    if (bytes < batchBytes) continue;
    const failure = yield* readBatch(store, batch);
    if (failure !== null) return failure;
    batch = [];
    bytes = 0;
  }
  return yield* readBatch(store, batch);
}

async function sizesOf(
  store: ObjectStore,
  ids: readonly string[],
): Promise<{ id: string; sizeBytes: number | null }[] | GitFailure> {
  if (ids.length === 0) return [];
  const answer = await store.describe(ids);
  if (answer.kind === 'failure') return answer;
  const answers = answer.bytes.toString().split('\n');
  return ids.map((id, index) => {
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(answers[index] ?? '')?.[1];
    return { id, sizeBytes: size === undefined ? null : Number(size) };
  });
}

async function* readBatch(store: ObjectStore, ids: readonly string[]): AsyncGenerator<Blob, GitFailure | null> {
  if (ids.length === 0) return null;
  const answer = await store.contents(ids);
  if (answer.kind === 'failure') return answer;
  let at = 0;
  for (const id of ids) {
    const endOfHeader = answer.bytes.indexOf(0x0a, at);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(answer.bytes.toString('latin1', at, endOfHeader))?.[1];
    if (size === undefined) return { kind: 'failure', message: `git cat-file gave no blob for ${id}` };
    const start = endOfHeader + 1;
    at = start + Number(size) + 1;
    yield { id, bytes: answer.bytes.subarray(start, at - 1), sizeBytes: Number(size) };
  }
  return null;
}

/** A question for each name. */
export function lines(ids: readonly string[]): string {
  return `${ids.join('\n')}\n`;
}
