/** `kerb sync`: a round with the hub now, by the daemon where one runs, else in this process. */
import { createNative } from '../../repository/index.ts';
import { ask } from '../client/ask.ts';
import { type Command, type ExitCode, textOrJson, UsageError } from '../command.ts';
import { type Home, requireHome } from '../home.ts';
import { complain, print } from '../output.ts';
import { addressOf } from '../process/address.ts';
import { type SyncAnswer, syncAnswer } from '../protocol.ts';
import { printable } from '../report/style.ts';
import { openStore } from '../store/open.ts';
import { systemNetwork } from '../sync/network.ts';
import { connect, doRound } from '../sync/round.ts';
import { acceptLog } from '../sync/witness.ts';

export const syncCommand: Command = {
  usage: 'sync',
  summary: 'fetch policies from the hub and send it the journal, now',
  description: `The daemon does this by itself, about once a minute and whenever the hub has news. This command asks for a
round at once and says what it changed. What the hub sends is verified as a whole before any of it counts; where that
fails, the policies that were in force stay in force.
This device is a witness of the hub's log as well: it asks for the proof that the log goes on from what it saw before, and for one
of its own entries. What it finds wrong it says until somebody answerable has said why, and --accept-log begins anew.
Exit codes: 0 everything went well, 2 it did not, or this device is not enrolled.`,
  options: {
    format: { value: 'FORMAT', help: 'text (default) or json' },
    'accept-log': { help: "believe the hub's log as it is now: ask whoever audits it before" },
    'no-daemon': { help: 'do it in this process' },
  },
  dashes: 'options',
  async run(given) {
    if (given.words.length > 0) throw new UsageError('it takes no words');
    const format = textOrJson(given);
    const home = requireHome();
    if (given.has('accept-log')) acceptLog(home);
    const round = (given.has('no-daemon') ? null : await askDaemon(home)) ?? (await roundHere(home));
    if (format === 'json') await print(`${JSON.stringify(round)}\n`);
    else await tell(round);
    return exitCodeOf(round);
  },
};

/** Longer than any request of a round may take. */
const roundMs = 120_000;

/** Null where no daemon runs. */
export async function askDaemon(home: Home): Promise<SyncAnswer | null> {
  const address = addressOf({ folder: home.run });
  const reply = await ask(address, {
    method: 'POST',
    path: '/v1/sync',
    body: {},
    answer: syncAnswer,
    timeoutMs: roundMs,
  });
  return reply.kind === 'answer' ? reply.value : null;
}

/** A round without a daemon. Where this runtime cannot open the journal, policies come in all the same. */
export async function roundHere(home: Home): Promise<SyncAnswer> {
  const { sha256 } = createNative();
  const opened = openStore({ home, device: crypto.randomUUID(), now: Date.now, sha256 });
  const store = opened.kind === 'store' ? opened : null;
  if (opened.kind === 'problem') await complain(`kerb: the journal waits: ${printable(opened.message)}\n`);
  try {
    const parts = { home, store, network: systemNetwork };
    const connection = await connect(parts);
    const { governing: _governing, ...round } = 'hub' in connection ? await doRound(connection, parts) : connection;
    return round;
  } finally {
    store?.close();
  }
}

/** Says on stdout what changed, and on stderr what is wrong. */
export async function tell({ kind, before, after, uploaded, refusal, failure, alarm }: SyncAnswer): Promise<void> {
  if (kind === 'none') await complain('kerb: this device belongs to no hub: `kerb enroll URL` enrols it\n');
  if (refusal !== null)
    await complain(
      `kerb: the new policies are not believed, and ${after === null ? 'none are' : `bundle ${after} stays`} in force\n  ${printable(refusal)}\n`,
    );
  if (failure !== null) await complain(`kerb: ${printable(failure)}\n`);
  if (alarm !== null) await complain(`kerb: ALARM: ${printable(alarm)}\n`);
  if (kind === 'none' || (refusal ?? failure) !== null) return;
  await print(
    `${policiesLine(before, after)}\n${uploaded === 0 ? 'the hub has the whole journal' : `the hub took ${uploaded} ${uploaded === 1 ? 'entry' : 'entries'} of the journal`}\n`,
  );
}

export function exitCodeOf({ kind, alarm }: SyncAnswer): ExitCode {
  return kind === 'done' && alarm === null ? 0 : 2;
}

function policiesLine(before: number | null, after: number | null): string {
  if (after === null) return 'the hub has published no policies yet';
  if (before === after) return `bundle ${after} is in force, and is the newest`;
  return before === null ? `bundle ${after} is in force` : `bundle ${after} is in force, after bundle ${before}`;
}
