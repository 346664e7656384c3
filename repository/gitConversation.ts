/** One git process that reads questions and writes answers, one after the other. */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ended, type GitOutput, giveUp, maxSilenceMs, silent, startGit } from './git.ts';

/** Told each chunk of an answer in turn; says whether the answer is whole. */
export type Reader = (chunk: Buffer) => boolean;

export interface Conversation {
  /** Asks once all questions before are answered. Never throws: a process that ends is a failure of its question. */
  ask(input: string, reader: Reader): Promise<GitOutput>;
  close(): void;
}

/** git keeps in memory what it has read, so a process is let go after this many questions. */
const maxQuestions = 2_000;
const maxAnswerBytes = 512 * 1024 * 1024;

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A conversation with a git command. The process starts with the first question, and again after it ended. */
export function createConversation(
  root: string,
  args: readonly string[],
  silenceMs: number = maxSilenceMs,
): Conversation {
  let child: Child | null = null;
  let questions = 0;
  let last: Promise<unknown> = Promise.resolve();
  const close = (): void => {
    child?.stdin.end();
    child?.kill();
    child = null;
  };
  const next = (): Child => {
    if (child === null || child.exitCode !== null || child.signalCode !== null || questions >= maxQuestions) {
      close();
      child = start(root, args);
      questions = 0;
    }
    questions++;
    return child;
  };
  return {
    ask(input, reader) {
      const answer = last.then(() => exchange(next(), { root, args, silenceMs }, input, reader));
      last = answer;
      return answer;
    },
    close,
  };
}

/** Starts the process so that it holds nobody up who has no question. */
function start(root: string, args: readonly string[]): Child {
  const child = startGit(root, args);
  child.unref();
  for (const stream of [child.stdin, child.stdout]) {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
    stream.on('error', () => {
      // It ended early: `close` says so to whoever has asked.
    });
  }
  child.on('error', () => {
    // Whoever asks is told.
  });
  return child;
}

interface Manner {
  readonly root: string;
  readonly args: readonly string[];
  readonly silenceMs: number;
}

function exchange(child: Child, { root, args, silenceMs }: Manner, input: string, reader: Reader): Promise<GitOutput> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    // While an answer is awaited the process counts; between questions it holds nobody up.
    child.ref();
    const timer = setTimeout(() => {
      finish({ kind: 'failure', message: silent(args, silenceMs) });
      giveUp(child);
    }, silenceMs);
    const finish = (output: GitOutput): void => {
      clearTimeout(timer);
      child.stdout.off('data', take);
      child.off('error', fail);
      child.off('close', end);
      child.unref();
      if (output.kind === 'failure') child.kill();
      resolve(output);
    };
    const take = (chunk: Buffer): void => {
      timer.refresh();
      chunks.push(chunk);
      bytes += chunk.length;
      if (reader(chunk)) finish({ kind: 'output', bytes: Buffer.concat(chunks) });
      else if (bytes > maxAnswerBytes)
        finish({ kind: 'failure', message: `git ${args[0]} answered more than ${maxAnswerBytes >> 20} MiB` });
    };
    const fail = (error: NodeJS.ErrnoException): void => {
      const message =
        error.code === 'ENOENT' ? 'git is not installed, or not on the PATH' : `git did not start: ${error.message}`;
      finish({ kind: 'failure', message });
    };
    const end = (status: number | null): void =>
      void ended(root, args, status).then((message) => finish({ kind: 'failure', message }));
    child.stdout.on('data', take);
    child.on('error', fail);
    child.on('close', end);
    if (input === '') finish({ kind: 'output', bytes: Buffer.alloc(0) });
    else child.stdin.write(input);
  });
}
