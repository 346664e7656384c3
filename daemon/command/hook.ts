/** `kerb hook NAME`: what a hook calls when its script could not ask the daemon by itself. */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { git, readWorkFile, relativePath, repositoryFrom, treeOfIndex } from '../../repository/index.ts';
import { connectGate } from '../client/gate.ts';
import { launchDaemon } from '../client/launch.ts';
import { launchOptions } from '../client/program.ts';
import { type Arguments, type Command, type ExitCode, type Start, UsageError } from '../command.ts';
import type { CommitRequest, LocalGate, MessageRequest, PushRequest, RefUpdate } from '../gate/localGate.ts';
import { requireHome } from '../home.ts';
import { wordsForNoRepository } from '../hooks/place.ts';
import { complain } from '../output.ts';
import { addressOf } from '../process/address.ts';
import { printable } from '../report/style.ts';
import { version } from '../version.ts';

export const hookCommand: Command = {
  usage: 'hook NAME [ARG…]',
  summary: 'judge what git is about to do, from a hook',
  description: `NAME is pre-commit, pre-merge-commit, commit-msg or pre-push; ARG and stdin are what git gives to that hook.
The hooks that \`kerb hooks install\` writes call it where the daemon cannot be asked more directly, and so can
any other runner of hooks. KERB_BREAK_GLASS="reason" passes whatever is decided, and is recorded.
Exit codes: 0 pass, 1 block, 2 no verdict.`,
  options: {},
  dashes: 'options',
  run,
};

async function run(given: Arguments, start: Start): Promise<ExitCode> {
  try {
    return await judge(given, start);
  } catch (error) {
    // The hook tells this from a process that could not even begin.
    if (isHeard()) writeSync(1, 'none\n');
    throw error;
  }
}

/** Whether the hook waits for a line on stdout and not for the end of this process. */
function isHeard(): boolean {
  return process.env.KERB_HOOK_ANSWER === 'stdout';
}

async function judge(given: Arguments, { keepCode }: Start): Promise<ExitCode> {
  const [name = '', ...args] = given.words;
  const here = process.cwd();
  const root = repositoryFrom(here, process.env.GIT_DIR);
  if (root === null) throw new UsageError(wordsForNoRepository(here));
  const read = Object.hasOwn(requests, name) ? requests[name] : undefined;
  if (read === undefined)
    throw new UsageError(`there is no hook ${JSON.stringify(name)}: ${Object.keys(requests).join(', ')}`);
  const reason = process.env.KERB_BREAK_GLASS?.trim() ?? '';
  const common = {
    client: { name, version: version() },
    root,
    breakGlass: reason === '' ? null : reason.slice(0, maxReason),
    // The script that called this may have asked a daemon already, which died.
    question: process.env.KERB_QUESTION?.slice(0, maxQuestion) || randomUUID(),
  };
  const request = await read(args, root);
  if (request === null) return 0;
  const gate = connectHere(keepCode);
  try {
    const { outcome, text } = await gate.decide({ ...common, ...request });
    await complain(text);
    if (isHeard()) answerNow(outcome);
    return outcome === 'pass' ? 0 : 1;
  } finally {
    await gate.close();
  }
}

/**
 * The hook goes on with this, while here the store is closed and a daemon started. Whoever reads what git says need not wait for
 * that either, so both streams lead nowhere from now on.
 */
function answerNow(outcome: 'pass' | 'block'): void {
  writeSync(1, `${outcome}\n`);
  for (const stream of [1, 2]) closeSync(stream);
  // The lowest numbers that are free: these two.
  for (const _ of [1, 2]) openSync(devNull, 'w');
}

const maxReason = 2_000;
const maxQuestion = 100;

type Asked =
  | Pick<CommitRequest, 'gate' | 'tree' | 'merged'>
  | Pick<MessageRequest, 'gate' | 'message' | 'edited'>
  | Pick<PushRequest, 'gate' | 'remote' | 'updates'>;

/** What each hook asks; null where there is nothing to ask. */
const requests: Readonly<Record<string, (args: readonly string[], root: string) => Promise<Asked | null>>> = {
  'pre-commit': (_, root) => readIndex(root),
  'pre-merge-commit': async (_, root) => ({ ...(await readIndex(root)), merged: mergedHere() }),
  async 'commit-msg'([file = ''], root) {
    const reading = readWorkFile(root, relativePath(root, file));
    if (reading.kind !== 'text') throw new UsageError(`the message ${file} cannot be read`);
    // git says to its hooks that it starts no editor.
    return { gate: 'message', message: reading.file.text, edited: process.env.GIT_EDITOR !== ':' };
  },
  async 'pre-push'([name = '', url = '']) {
    const updates = readUpdates(await readStdin());
    return updates.length === 0 ? null : { gate: 'push', remote: { name, url }, updates };
  },
};

/** Before it has written MERGE_HEAD, `git merge` names what it merges in the environment: `GITHEAD_<id>=<name>`. */
function mergedHere(): string[] {
  return Object.keys(process.env).flatMap((name) => /^GITHEAD_([0-9a-f]{40,64})$/.exec(name)?.[1] ?? []);
}

async function readIndex(root: string): Promise<Pick<CommitRequest, 'gate' | 'tree'>> {
  const index = process.env.GIT_INDEX_FILE;
  const known = index === undefined ? null : treeOfIndex(path.resolve(index));
  if (known !== null) return { gate: 'commit', tree: known };
  const tree = await git(root, ['write-tree']);
  if (tree.kind === 'failure') throw new UsageError(`the index cannot be written as a tree: ${tree.message}`);
  return { gate: 'commit', tree: tree.bytes.toString().trim() };
}

function readUpdates(text: string): RefUpdate[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [localRef, localId, remoteRef, remoteId, ...more] = line.split(' ');
      if (
        localRef === undefined ||
        localId === undefined ||
        remoteRef === undefined ||
        remoteId === undefined ||
        more.length > 0
      )
        throw new UsageError(
          'stdin is not what git gives to pre-push: <local ref> <local id> <remote ref> <remote id>',
        );
      return { localRef, localId, remoteRef, remoteId };
    });
}

const maxStdin = 8 * 1024 * 1024;

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxStdin) throw new UsageError('the push updates more refs than Kerb reads: push fewer at once');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The daemon's gate, else one of this process; then a daemon is started for the next time. `judged`: here. */
function connectHere(judged: () => void): LocalGate {
  const home = requireHome();
  const address = addressOf({ folder: home.run });
  return connectGate({
    address,
    async openHere() {
      const [{ openGate }, { createNative }, { isOutdated, readGoverning }] = await Promise.all([
        import('../gate/open.ts'),
        import('../../repository/index.ts'),
        import('../sync/current.ts'),
      ]);
      const governing = await readGoverning(home);
      const opened = openGate({
        home,
        native: createNative(),
        organisation: () => governing.organisation,
        isOutdated: () => isOutdated(governing, Date.now()),
        acknowledged: async () => 'without a daemon nobody waits for the hub: `kerb daemon start`',
        onLost: (count, message) => void complain(`kerb: ${count} decisions could not be kept: ${message}\n`),
      });
      if (opened.kind === 'problem') throw new UsageError(opened.message);
      return {
        decide: (request) => opened.gate.decide(request),
        async close() {
          await opened.close();
          judged();
        },
      };
    },
    launch() {
      try {
        launchDaemon(launchOptions(home, address));
      } catch (error) {
        // It would have been for the next time: what was decided now stands.
        if (!(error instanceof UsageError)) throw error;
        void complain(`kerb: no daemon can be started: ${printable(error.message)}\n`);
      }
    },
    note: (message) => void complain(`kerb: ${printable(message)}\n`),
  });
}
