/** What a witness says of a log: whoever keeps a log's last checkpoint can see whether its history was changed since. */
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { equalBytes, type Sha256 } from './merkle.ts';
import type { NoteKey, VerifyEd25519 } from './note.ts';
import { verifyConsistency } from './proof.ts';

export interface Look {
  /** The note that this witness believed last; null at its first look. */
  readonly last: string | null;
  /** The note that the log shows now. */
  readonly next: string;
  /** What the log gives as proof that the one goes on from the other; null where it gives none. */
  readonly proof: readonly Uint8Array[] | null;
  readonly key: NoteKey;
  readonly sha256: Sha256;
  readonly verify: VerifyEd25519;
}

export type WitnessVerdict =
  | { readonly kind: 'consistent'; readonly checkpoint: Checkpoint }
  /** `last` stays what this witness believes; a person has to look. `what` names what changed. */
  | { readonly kind: 'alarm'; readonly alarm: WitnessAlarm; readonly what: string };

/**
 * `unsigned`: the log's key did not sign what is shown. `shrunk`: entries at the end are gone, or an old state was restored.
 * `forked`: two different trees of the same size. `rewritten`: the older entries are not the beginning of the new tree.
 * `unproved`: the log has no proof to show, as when its own nodes do not add up.
 */
type WitnessAlarm = 'unsigned' | 'shrunk' | 'forked' | 'rewritten' | 'unproved';

/** Judges what a log shows now by what it showed before. */
export function judgeCheckpoint({ last, next, proof, key, sha256, verify }: Look): WitnessVerdict {
  const newer = openCheckpoint(next, key, verify);
  if (newer === null) return alarm('unsigned', `the checkpoint shown is not signed by ${key.name}`);
  if (last === null) return { kind: 'consistent', checkpoint: newer };
  const older = openCheckpoint(last, key, verify);
  if (older === null) return alarm('unsigned', `the checkpoint kept here is not signed by ${key.name}`);
  if (newer.size < older.size) return alarm('shrunk', `the log had ${older.size} entries and shows ${newer.size}`);
  if (newer.size === older.size) {
    return equalBytes(newer.root, older.root)
      ? { kind: 'consistent', checkpoint: newer }
      : alarm('forked', `two different logs of ${newer.size} entries are signed by ${key.name}`);
  }
  if (proof === null) {
    return alarm('unproved', `no proof that the ${newer.size} entries begin with the ${older.size} seen before`);
  }
  return verifyConsistency({ older, newer, proof }, sha256)
    ? { kind: 'consistent', checkpoint: newer }
    : alarm('rewritten', `among the first ${older.size} entries something was changed, put in, taken out or moved`);
}

function alarm(kind: WitnessAlarm, what: string): WitnessVerdict {
  return { kind: 'alarm', alarm: kind, what };
}
