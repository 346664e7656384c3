/**
 * Whether a question is to be worked on. The hub hands it out and is not believed: a person whose key root names for
 * publishing has signed for which bundle, and until when.
 */
import { createPublicKey, hash, verify } from 'node:crypto';
import { preAuthEncoding, readJson } from '../../engine/index.ts';
import {
  type Envelope,
  maxReplayDays,
  type ReplayTask,
  replayQuestion,
  replayQuestionType,
} from '../../hub/protocol.ts';
import type { RootFile } from '../sync/tuf/metadata.ts';

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
    const hex = key?.keyType === 'ed25519' ? key.keyVal.public : undefined;
    return hex !== undefined && verify(null, message, publicKeyOf(hex), Buffer.from(sig, 'base64'));
  });
}

/** The DER of every Ed25519 public key begins so (RFC 8410). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

function publicKeyOf(hex: string) {
  return createPublicKey({ key: Buffer.concat([spkiPrefix, Buffer.from(hex, 'hex')]), type: 'spki', format: 'der' });
}

function readQuestion({ payload }: Envelope) {
  return replayQuestion.safeParse(readJson(Buffer.from(payload, 'base64').toString('utf8'))).data ?? null;
}

function refused(message: string): RefusedTask {
  return { kind: 'refused', message };
}
