/** `kerb hub retain DAYS`: deletes what is older. The log keeps its leaves, so that every proof still holds. */
import process from 'node:process';
import { retentionAnswer, retentionPath } from '../protocol/retention.ts';
import { askHub } from './ask.ts';
import { type HubArguments, UsageError } from './options.ts';

const withinMs = 300_000;

export async function retain(days: string, given: HubArguments): Promise<number> {
  if (!/^[1-9]\d{0,4}$/.test(days)) throw new UsageError('kerb hub retain DAYS: of how many days records stay');
  let deleted = 0;
  for (;;) {
    const body = { days: Number(days) };
    const round = await askHub(given, { path: retentionPath, body, withinMs, answer: retentionAnswer });
    deleted += round.deleted;
    if (!round.isDone) continue;
    process.stdout.write(`${deleted} records from before ${round.before} are deleted. Their leaves stay in the log.\n`);
    return 0;
  }
}
