/** The organisation shown: from a policy that two people sign to a commit that it stops, and the proof of that. */
import process from 'node:process';
import { installHooks, refusedDecision, takeBack, tryToCommit, uninstallHooks } from './commit.ts';
import { type Organisation, startOrganisation } from './organisation.ts';
import { verifyByOthers } from './proof.ts';

export interface ShowOptions {
  /** The repository in which somebody commits. */
  readonly repository: string;
  readonly say: (text: string) => void;
  /** With it the hub stays up until somebody ends it. */
  readonly stays: 'untilInterrupted' | 'no';
}

export async function showOrganisation({ repository, say, stays }: ShowOptions): Promise<void> {
  say('\nAn organisation on this machine alone\n');
  const organisation = await startOrganisation();
  try {
    const { url, policy, signers } = organisation;
    say(row('hub', `${url}: one process, one SQLite file`));
    say(row('policy', `${policy}, proposed by ada, signed by ${signers.join(' and ')} with keys that the hub has not`));
    installHooks(repository, organisation);
    say(row('device', `enrolled, git's hooks installed in ${repository}`));
    await showDecision(repository, organisation, say);
    if (stays === 'untilInterrupted') await stay(repository, organisation, say);
    uninstallHooks(repository, organisation);
  } finally {
    await organisation.close();
  }
}

async function showDecision(repository: string, organisation: Organisation, say: ShowOptions['say']): Promise<void> {
  const { status, stderr } = tryToCommit(repository, organisation);
  const began = performance.now();
  if (status !== 1 || !stderr.includes(organisation.policy))
    throw new Error(`git should have been stopped by ${organisation.policy}, and ended with ${status}: ${stderr}`);
  say(row('git commit', 'stopped:'));
  say(`\n${stderr.trim().replace(/^/gm, '      ')}\n`);
  const id = await refusedDecision(organisation);
  const delayMs = Math.round(performance.now() - began);
  takeBack(repository, organisation);
  say(row('decision', `${id}, on the hub ${delayMs} ms after git had ended`));
  const [receipt, key] = await Promise.all(
    [`/v1/log/receipts/${id}`, '/v1/log/key'].map(async (address) => (await organisation.ask('GET', address)).text()),
  );
  const { index, size, by } = verifyByOthers(receipt!, key!);
  say(row('proof', `entry ${index} of the ${size} in the log, verified by ${by}`));
}

async function stay(repository: string, { signInAddress, home }: Organisation, say: ShowOptions['say']): Promise<void> {
  say(`\nThe hub's page, which this address opens once:\n\n    ${signInAddress()}\n`);
  say('Commit something, and watch the decision arrive there:\n');
  say(`    KERB_HOME=${home} git -C ${repository} commit --allow-empty -m 'Nothing wrong'\n`);
  say('Ctrl-C ends the hub and the daemon.\n');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function row(name: string, words: string): string {
  return `  ${name.padEnd(11)} ${words}`;
}
