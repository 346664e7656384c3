/**
 * Judging ahead: what is staged is judged when it is staged, so that the hook, for which somebody waits, only looks up. Nothing
 * is decided here and nothing recorded. Verdicts are kept under all that they depend on, as every gate keeps them.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type GitSession, gitFolder, readStagedSince } from '../../repository/index.ts';
import { benchOf, type GateParts } from './gateCase.ts';
import { readHead } from './head.ts';
import { judgeChange } from './judgeChange.ts';
import { judgeStaged } from './judgeCommit.ts';

/** Whoever asks in between waits for no more files than this. */
const filesAtOnce = 8;
/** A change of more files is less often a commit to be than a checkout or an import under way. */
const maxFiles = 2_000;

/** Judges what is staged in a work tree. What cannot be judged is left to the gate, which says why. */
export async function judgeAhead(session: GitSession, parts: GateParts, isWanted: () => boolean): Promise<void> {
  if (isRewriting(session.root)) return;
  const head = await readHead(session);
  if (head.commit === null || head.merged.length > 0) return;
  const change = await readStagedSince(session.root, { base: head.commit, from: head.commit });
  if ('kind' in change || change.files.length === 0 || change.files.length > maxFiles) return;
  const ruling = await parts.rulings.of(session, { commit: head.commit, gate: 'commit' });
  const bench = benchOf(parts, { session, ruling, gate: 'commit' });
  for (let from = 0; from < change.files.length; from += filesAtOnce) {
    await turn();
    if (!isWanted()) return;
    const some = { ...change, files: change.files.slice(from, from + filesAtOnce) };
    const judged = await judgeChange(some, bench);
    if (judged.kind === 'failure') return;
    keep(judged.made, parts);
  }
  await turn();
  if (!isWanted()) return;
  const whole = await judgeStaged({ change, head }, bench, parts);
  if (whole.kind === 'judged') keep(whole.made, parts);
}

/** What the store does not take is judged once more by the gate. */
function keep(made: ReadonlyMap<string, string>, { store }: GateParts): void {
  if (made.size > 0) store.putVerdicts(made);
}

/** A rebase writes the index at every step, and asks no gate. */
function isRewriting(root: string): boolean {
  const folder = gitFolder(root);
  return folder === null || ['rebase-merge', 'rebase-apply'].some((name) => existsSync(path.join(folder, name)));
}
