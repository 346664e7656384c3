/** `kerb audit verify --local`: whether the journal of this user is what was written. Nothing is changed. */
import type { Native } from '../../engine/index.ts';
import { type ExitCode, UsageError } from '../command.ts';
import { requireHome } from '../home.ts';
import { type JournalVerdict, verifyJournal } from '../journal/verify.ts';
import { complain, print } from '../output.ts';

/** Walks the chain from the first entry kept to the last, and says where it breaks. Throws `UsageError`. */
export async function verifyLocally(native: Pick<Native, 'sha256'>): Promise<ExitCode> {
  const home = requireHome();
  const verdict = verifyJournal(home, native);
  if (verdict.kind === 'problem') throw new UsageError(verdict.message);
  if (verdict.kind === 'broken') {
    await complain(`kerb: ${brokenText(verdict)}\n`);
    return 1;
  }
  await print(verdict.kind === 'none' ? `There is no journal yet: ${verdict.file}\n` : `${holdsText(verdict)}\n`);
  return 0;
}

function holdsText({ device, first, last, hash }: Extract<JournalVerdict, { kind: 'holds' }>): string {
  if (last < first) return `The journal of device ${device} holds: no entry is kept, the last was ${last}.`;
  return `The journal of device ${device} holds: entries ${first} to ${last}, which has the hash ${hash}.`;
}

function brokenText({ seq, message }: Extract<JournalVerdict, { kind: 'broken' }>): string {
  const where = seq === null ? 'the journal cannot be read' : `the journal does not hold from entry ${seq} on`;
  return `${where}: ${message}. The next gate sets it aside and goes on with what holds; what the hub has is not lost.`;
}
