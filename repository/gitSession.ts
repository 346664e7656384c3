/** git for whoever asks often: processes that stay, so that a question about a commit costs no start of a program. */
import { randomBytes } from 'node:crypto';
import { rawDiff } from './change.ts';
import { beginningOf, type GitOutput } from './git.ts';
import { createConversation, type Reader } from './gitConversation.ts';
import { createKnownFacts } from './knownFacts.ts';
import { createKnownIndexes, type KnownIndexes } from './knownIndexes.ts';
import { looseBlobs } from './looseObjects.ts';
import { lines, type ObjectStore } from './objects.ts';

/** Objects and differences of one work tree, as they are at the moment of each question. */
export interface GitSession extends ObjectStore {
  readonly root: string;
  /** What names lead to (`HEAD^{commit}`, `HEAD:kerb.yaml`, an id); null where there is nothing. */
  resolve(names: readonly string[]): Promise<readonly (ObjectFacts | null)[]>;
  /** The raw difference of two trees, for `changeOf`. */
  diffTrees(from: string, to: string): Promise<GitOutput>;
  /** Its index, and what that was when it said which tree it is. */
  readonly indexes: KnownIndexes;
  /** Ends the processes. A session that is asked again after it starts new ones. */
  close(): void;
}

export interface ObjectFacts {
  readonly id: string;
  readonly type: string;
  readonly sizeBytes: number;
}

/** Opens a session on a work tree. Nothing is started before the first question. */
export function openGitSession(root: string): GitSession {
  const describing = createConversation(root, ['cat-file', '--batch-check']);
  const reading = createConversation(root, ['cat-file', '--batch']);
  const comparing = createConversation(root, ['diff-tree', '--stdin', ...rawDiff]);
  const describe: GitSession['describe'] = (names) => describing.ask(lines(names), lineReader(names.length));
  const known = createKnownFacts();
  return {
    root,
    describe,
    async resolve(names) {
      const unknown = names.filter((name) => known.of(name) === undefined);
      if (unknown.length === 0) return names.map((name) => known.of(name) ?? null);
      // git reads a name up to the end of its line.
      const answer = await describe(unknown.map((name) => (/[\n\0]/.test(name) ? '' : name)));
      const told = answer.kind === 'output' ? answer.bytes.toString().split('\n') : [];
      const found = new Map(unknown.map((name, index) => [name, factsOf(told[index] ?? '')]));
      if (told.length > unknown.length) known.keep(found);
      return names.map((name) => found.get(name) ?? known.of(name) ?? null);
    },
    contents: (ids) => reading.ask(lines(ids), contentReader(ids.length)),
    near: looseBlobs(root),
    beginning: (id) => beginningOf(root, ['cat-file', 'blob', id]),
    indexes: createKnownIndexes(root),
    async diffTrees(from, to) {
      // git says again at once what it does not understand: that ends the answer.
      const end = `kerb-${randomBytes(8).toString('hex')}\n`;
      const answer = await comparing.ask(`${from} ${to}\n${end}`, endReader(end));
      if (answer.kind === 'failure') return answer;
      const head = `${from} ${to}\n`;
      if (answer.bytes.toString('latin1', 0, head.length) !== head)
        return { kind: 'failure', message: `git cannot compare ${from} with ${to}: one of them is not here` };
      return { kind: 'output', bytes: answer.bytes.subarray(head.length, -end.length) };
    },
    close() {
      for (const conversation of [describing, reading, comparing]) conversation.close();
    },
  };
}

function factsOf(line: string): ObjectFacts | null {
  const [, id, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line) ?? [];
  return id === undefined || type === undefined ? null : { id, type, sizeBytes: Number(size) };
}

function lineReader(count: number): Reader {
  let left = count;
  return (chunk) => {
    for (let at = chunk.indexOf(0x0a); at >= 0 && left > 0; at = chunk.indexOf(0x0a, at + 1)) left--;
    return left === 0;
  };
}

/** Each object is a line, and where it is there its bytes and a line feed. */
function contentReader(count: number): Reader {
  let left = count;
  let header = '';
  let skip = 0;
  return (chunk) => {
    let at = 0;
    for (;;) {
      const skipped = Math.min(skip, chunk.length - at);
      skip -= skipped;
      at += skipped;
      if (skip > 0) return false;
      if (left === 0) return true;
      const end = chunk.indexOf(0x0a, at);
      header += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
      if (end < 0) return false;
      at = end + 1;
      const size = / (\d+)$/.exec(header)?.[1];
      skip = size === undefined ? 0 : Number(size) + 1;
      header = '';
      left--;
    }
  };
}

function endReader(end: string): Reader {
  let tail = '';
  return (chunk) => {
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - end.length))).slice(-end.length);
    return tail === end;
  };
}
