/** A change replayed by the fleet, as a reviewer asks for it and reads what came. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import {
  type ChangeShown,
  countedWords,
  findingWords,
  hubPaths,
  maxReplayDays,
  type ReplayOwner,
  type ReplayQuestion,
  type ReplayShown,
  replayQuestionType,
  replayShown,
  turnedWords,
} from '../../hub/protocol.ts';
import { summaryLines } from '../replay/report.ts';
import { counted } from '../report/summary.ts';
import type { PersonsHub } from './hub.ts';
import type { PersonKey } from './personKey.ts';

const dayMs = 86_400_000;

/** Asks the devices that agree, by a question that only this key could sign. */
export async function askForReplay(
  { id, bundle }: Pick<ChangeShown, 'id' | 'bundle'>,
  { hub, key, now }: { readonly hub: PersonsHub; readonly key: PersonKey; readonly now: number },
): Promise<void> {
  const question: ReplayQuestion = {
    change: id,
    sha256: createHash('sha256').update(bundle).digest('hex'),
    askedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + maxReplayDays * dayMs).toISOString(),
  };
  await hub.ask('POST', pathOf(id), z.undefined(), key.seal(replayQuestionType, JSON.stringify(question)));
}

/** What has come in, in lines. */
export async function replayLines(id: string, hub: PersonsHub): Promise<readonly string[]> {
  const shown = await hub.find(pathOf(id), replayShown);
  return shown === null
    ? ['no replay: this hub does not know of any yet, and has to be updated for it']
    : linesOf(shown);
}

function linesOf({ asked, devices, total, owners }: ReplayShown): readonly string[] {
  if (asked === null) return ['nobody has asked for a replay: kerb review replay ID does'];
  const { enrolled, taken, answered } = devices;
  const head = `replay, asked for by ${asked.owner}: ${answered} of ${counted(taken, 'device')} that took the question have answered; ${enrolled} are enrolled`;
  if (total === null) return [head];
  return [head, ...[...summaryLines(total), ...owners.map(ownerLine)].map((line) => `  ${line}`)];
}

function ownerLine({ owner, policies, repositories, decisions, findings }: ReplayOwner): string {
  const what = `${counted(policies, 'policy', 'policies')}, ${counted(repositories, 'repository', 'repositories')}`;
  return `${owner ?? 'no owner that the hub knows'} (${what}): ${turnedWords(decisions)}; findings: ${countedWords(findings, findingWords)}`;
}

function pathOf(id: string): string {
  return `${hubPaths.changes}/${encodeURIComponent(id)}/replay`;
}
