/**
 * Whether a question is to be worked on. The hub hands it out and is not believed: a person whose key root names for
 * publishing has signed for which bundle, and until when.
 */
import { hash, verify } from 'node:crypto';
import { preAuthEncoding, readJson } from '../../engine/index.ts';
import {
  type Envelope,
  maxReplayDays,
  type ReplayTask,
  replayQuestion,
  replayQuestionType,
} from '../../hub/protocol.ts';
import type { RootFile } from '../sync/tuf/metadata.ts';
import { ed25519Key, isHexKey } from '../sync/tuf/signature.ts';

export interface AcceptedTask {
  readonly kind: 'accepted';
  /** The change. */
  readonly id: string;
  /** Of the bundle. */
  readonly sha256: string;
  readonly bundle: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface RefusedTask {
  readonly kind: 'refused';
  readonly message: string;
}

const dayMs = 86_400_000;
/** What clocks may differ by. */
const skewMs = 600_000;

/** Verifies a question and its bundle by a root that is verified. */
export function acceptTask(
  { question: envelope, bundle }: ReplayTask,
  { id, root, now }: { readonly id: string; readonly root: RootFile; readonly now: number },
): AcceptedTask | RefusedTask {
  if (envelope.payloadType !== replayQuestionType || !isSignedByApprover(envelope, root))
    return refused('it is not signed by one of the approvers that the root of trust names');
  const question = readQuestion(envelope);
  if (question === null || question.change !== id) return refused('it is about another change');
  const expiresAt = Date.parse(question.expiresAt);
  if (expiresAt <= now || expiresAt > now + maxReplayDays * dayMs + skewMs)
    return refused('its time is over, or too far ahead');
  if (hash('sha256', bundle) !== question.sha256)
    return refused('it came with another bundle than the one that was signed for');
  return { kind: 'accepted', id, sha256: question.sha256, bundle, expiresAt };
}

function isSignedByApprover({ payloadType, payload, signatures }: Envelope, { signed }: RootFile): boolean {
  const approvers = signed.roles.targets?.keyIDs ?? [];
  const message = preAuthEncoding(payloadType, Buffer.from(payload, 'base64'));
  return signatures.some(({ keyid, sig }) => {
    const key = approvers.includes(keyid) ? signed.keys[keyid] : undefined;
    const hex = key?.keyType === 'ed25519' ? (key.keyVal.public ?? '') : '';
    return isHexKey(hex) && verify(null, message, ed25519Key(hex), Buffer.from(sig, 'base64'));
  });
}

function readQuestion({ payload }: Envelope) {
  return replayQuestion.safeParse(readJson(Buffer.from(payload, 'base64').toString('utf8'))).data ?? null;
}

function refused(message: string): RefusedTask {
  return { kind: 'refused', message };
}
