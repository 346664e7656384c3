/** `kerb audit attach`: the decisions of this device, put on the commits that they let pass. */
import { randomUUID } from 'node:crypto';
import type { JournalEntry } from '../../hub/protocol.ts';
import { createNative, openGitSession } from '../../repository/index.ts';
import { commitsOf, isPassage } from '../check/requireDecisions.ts';
import { UsageError } from '../command.ts';
import type { CommitObject } from '../gate/commitObject.ts';
import type { Home } from '../home.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { ownKey } from './keys.ts';
import { noteOf } from './note.ts';
import { writeNote } from './notes.ts';

export interface Attached {
  /** The device's key id, which its ref is named by. */
  readonly device: string;
  readonly attached: readonly CommitObject[];
  /** Commits that no gate of this device let pass, or whose entry the journal has let go. */
  readonly without: readonly CommitObject[];
}

/** Signs and attaches the decisions on the commits of a range. Throws `UsageError`. */
export async function attachDecisions(root: string, range: string, home: Home): Promise<Attached> {
  const key = await ownKey(home);
  const store = openStore({ home, device: randomUUID(), now: Date.now, sha256: createNative().sha256 });
  if (store.kind === 'problem') throw new UsageError(store.message);
  const session = openGitSession(root);
  const attached: CommitObject[] = [];
  const without: CommitObject[] = [];
  try {
    for (const commit of await commitsOf(session, range)) {
      const entry = passageOf(commit, store);
      if (entry === null) {
        without.push(commit);
        continue;
      }
      const failure = await writeNote(root, { device: key.id, commit: commit.id, note: noteOf(entry, key) });
      if (failure !== null) throw new UsageError(`${commit.id.slice(0, 12)} takes no note: ${failure.message}`);
      attached.push(commit);
    }
    return { device: key.id, attached, without };
  } finally {
    session.close();
    store.close();
  }
}

/** The entry of the decision that let a commit's tree pass at a gate. */
function passageOf({ tree }: CommitObject, store: Store): JournalEntry | null {
  const fact = store.findDecision({ tree });
  if (!isPassage(fact)) return null;
  const { head, entries } = store.status();
  if (fact.seq <= head.seq - entries) return null;
  return store.entries(fact.seq - 1, 1)[0] ?? null;
}
