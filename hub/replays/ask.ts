/** A change to be replayed by the fleet: asked for by a person whose key root names, answered by devices. */
import { preAuthEncoding, readJson } from '../../engine/index.ts';
import { sha256Hex, type VerifyBytes, verifyBytes } from '../cryptography.ts';
import { openEnvelope } from '../intake/envelope.ts';
import { approversOf, ownerOf, type RootFile } from '../policies/metadata.ts';
import { type Desk, type Ruling, refused } from '../policies/ruling.ts';
import { readShelf } from '../policies/shelf.ts';
import {
  type Envelope,
  maxReplayAnswers,
  maxReplayDays,
  type ReplayQuestion,
  replayAnswer,
  replayAnswerType,
  replayQuestion,
  replayQuestionType,
} from '../protocol.ts';
import type { Device } from '../store/query/device.ts';
import type { Replays } from '../store/query/replay.ts';

/** The desk, with what is known of replays. */
export interface ReplayDesk extends Desk {
  readonly replays: Replays;
}

const dayMs = 86_400_000;
/** What clocks of people may differ by. */
const skewMs = 600_000;

/** Takes a question: once for each change, for as long as that is open. */
export async function askReplay(desk: ReplayDesk, id: string, envelope: Envelope): Promise<Ruling<null>> {
  const { publications, replays, tenant, now } = desk;
  const request = await publications.changeRequest(tenant, id);
  if (request === null) return refused(404, 'notFound', `there is no change ${id}`);
  if (request.state !== 'open') return refused(409, request.state, `the change ${id} is ${request.state}`);
  const { root } = await readShelf(desk);
  const signer = root === null ? null : signerOf(envelope, root);
  if (signer === null) return refused(403, 'noApprover', 'it is not signed by one of the approvers that root names');
  const question = readQuestion(envelope);
  if (question === null || question.change !== id || question.sha256 !== sha256Hex(request.bundle))
    return refused(422, 'invalid', 'this is no question about the bundle of this change');
  const expiresAt = Date.parse(question.expiresAt);
  if (expiresAt <= now || expiresAt > now + maxReplayDays * dayMs + skewMs)
    return refused(422, 'invalid', `a question is open for at most ${maxReplayDays} days from now`);
  if ((await replays.askedReplay(tenant, id)) !== null)
    return refused(409, 'again', 'this change is being replayed already: kerb review show says what has come in');
  const replay = { request: id, question: JSON.stringify(envelope), owner: signer.owner, askedAt: now, expiresAt };
  return {
    kind: 'done',
    value: null,
    deed: {
      act: 'change.replay',
      subject: { id, owner: signer.owner, keyId: signer.keyId, bundle: question.sha256 },
      changes: [{ kind: 'askReplay', replay }],
    },
  };
}

export interface SentAnswer {
  readonly id: string;
  readonly device: Device;
  readonly envelope: Envelope;
  readonly verify: VerifyBytes;
}

/** Takes a device's answer: the first stands. */
export async function answerReplay(
  desk: ReplayDesk,
  { id, device, envelope, verify }: SentAnswer,
): Promise<Ruling<null>> {
  const { publications, replays, tenant, now } = desk;
  const [request, asked] = [await publications.changeRequest(tenant, id), await replays.askedReplay(tenant, id)];
  if (request === null || asked === null) return refused(404, 'notFound', `nobody asks for a replay of change ${id}`);
  const opened = await openEnvelope(envelope, { device, agreed: replayAnswerType, verify });
  if (opened.kind === 'refused') return refused(400, opened.code, opened.message);
  const answer = replayAnswer.safeParse(readJson(opened.text)).data ?? null;
  if (answer === null || answer.change !== id || answer.sha256 !== sha256Hex(request.bundle))
    return refused(422, 'invalid', 'this is no answer about the bundle of this change');
  if (await replays.hasAnsweredReplay(tenant, id, device.id)) return { kind: 'done', value: null, deed: null };
  if (request.state !== 'open' || asked.expiresAt <= now)
    return refused(409, 'closed', `the replay of change ${id} is over`);
  if ((await replays.replayCounts(tenant, id)).answered >= maxReplayAnswers)
    return refused(409, 'enough', `${maxReplayAnswers} devices have answered, which is enough`);
  const { summary } = answer;
  const row = { request: id, device: device.id, answer: JSON.stringify(summary), at: now };
  return {
    kind: 'done',
    value: null,
    deed: {
      act: 'change.replayed',
      subject: { id, device: device.id, decisions: summary.decisions, replayed: summary.replayed },
      changes: [{ kind: 'answerReplay', answer: row }],
    },
  };
}

/** Whose key has signed an envelope; null where none that root names for publishing has. */
function signerOf(envelope: Envelope, root: RootFile): { readonly owner: string; readonly keyId: string } | null {
  const { keys } = approversOf(root);
  const message = preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'));
  for (const { keyid, sig } of envelope.signatures) {
    const owner = ownerOf(keys[keyid]);
    const publicHex = (keys[keyid]?.keyval as { readonly public?: unknown } | undefined)?.public;
    if (owner === null || typeof publicHex !== 'string') continue;
    if (verifyBytes(Buffer.from(publicHex, 'hex'), message, Buffer.from(sig, 'base64'))) return { owner, keyId: keyid };
  }
  return null;
}

function readQuestion({ payloadType, payload }: Envelope): ReplayQuestion | null {
  if (payloadType !== replayQuestionType) return null;
  return replayQuestion.safeParse(readJson(Buffer.from(payload, 'base64').toString('utf8'))).data ?? null;
}
