/** Replays that the hub asks for: questions in, verified, and answers out. */
import { hubPaths, openReplays, type ReplayAnswer, replayAnswerType, replayTask } from '../../hub/protocol.ts';
import type { Answered, ReplayDesk } from '../replay/desk.ts';
import { acceptTask } from '../replay/question.ts';
import { type DeviceKey, signEnvelope } from './deviceKey.ts';
import { type Hub, readAnswer, refusedBy } from './hub.ts';
import type { RootFile } from './tuf/metadata.ts';

export interface ReplayExchange {
  readonly hub: Hub;
  readonly key: DeviceKey;
  /** Null where this device does not agree, or has nothing that could work on it. */
  readonly desk: ReplayDesk | null;
  /** The newest, verified; null where there is none at the moment. */
  readonly root: () => Promise<RootFile | null>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const maxListBytes = 64_000;
const maxTaskBytes = 40_000_000;

/** Sends what is answered and takes what is asked. An older hub knows nothing of replays. Throws `HubFailure`. */
export async function exchangeReplays({ hub, key, desk, root, now }: ReplayExchange): Promise<void> {
  if (desk === null) return;
  for (const answered of desk.answers()) {
    const refusal = await send(answered, { hub, key });
    if (refusal !== null) desk.pass(answered.task.id, refusal);
  }
  const listed = await hub.send({ method: 'GET', path: hubPaths.replays, maxBytes: maxListBytes });
  if (listed.status === 404) return;
  const { replays } = readAnswer('replays', listed, openReplays);
  desk.keep(replays);
  const unknown = replays.filter((each) => !desk.knows(each));
  const trusted = unknown.length === 0 ? null : await root();
  if (trusted === null) return;
  for (const id of unknown) {
    const answer = await hub.send({ method: 'GET', path: pathOf(id), maxBytes: maxTaskBytes });
    if (answer.status === 404) continue;
    const task = acceptTask(readAnswer('replay', answer, replayTask), { id, root: trusted, now });
    if (task.kind === 'accepted') desk.take(task);
    else desk.pass(id, task.message);
  }
}

/** Why the hub does not take an answer; null where it does, or where the replay is over. */
async function send(
  { task, summary }: Answered,
  { hub, key }: Pick<ReplayExchange, 'hub' | 'key'>,
): Promise<string | null> {
  const answer: ReplayAnswer = { change: task.id, sha256: task.sha256, summary };
  const envelope = signEnvelope(replayAnswerType, JSON.stringify(answer), key);
  const sent = await hub.send({ method: 'POST', path: pathOf(task.id), json: envelope, maxBytes: maxListBytes });
  const isOver = sent.status === 404 || sent.status === 409;
  return sent.status < 400 || isOver ? null : refusedBy('replay', sent).message;
}

function pathOf(id: string): string {
  return `${hubPaths.replays}/${id}`;
}
