/** The journal out: signed batches, in order, from where the hub says that it stands. */
import {
  batchPayloadType,
  hubPaths,
  type JournalAcknowledgement,
  journalAcknowledgement,
  maxBatchEntries,
} from '../../hub/protocol.ts';
import type { Acknowledged, Store } from '../store/store.ts';
import { type DeviceKey, signEnvelope } from './deviceKey.ts';
import { type Hub, readAnswer, refusedBy } from './hub.ts';
import { HubFailure } from './network.ts';

export interface UploadOptions {
  readonly store: Pick<Store, 'entries' | 'acknowledge' | 'withdraw' | 'status'>;
  readonly hub: Hub;
  readonly key: DeviceKey;
}

/** `known`: after what the hub has acknowledged. `asked`: after what it says that it has, which is less where it was put back. */
export type UploadFrom = 'known' | 'asked';

const maxAnswerBytes = 64_000;
/** A payload is base64 within JSON, and the hub takes 16 MB of it. */
const maxPayloadCharacters = 8_000_000;

/**
 * Sends what the hub has not, and returns how many entries that were. Whatever is cut off on the way is sent again: the hub
 * passes over what it has. What a hub has acknowledged and lost, since a backup was put back, it is sent again too. Throws
 * `HubFailure`.
 */
export async function uploadJournal({ store, hub, key }: UploadOptions, from: UploadFrom = 'known'): Promise<number> {
  let sent = 0;
  // A hub that falls back again and again is not followed.
  let mayFallBack = true;
  if (from === 'asked') mayFallBack = goOn(await whereTheHubStands(hub), store) !== 'back';
  for (;;) {
    const { acknowledgedSeq } = store.status();
    const payload = payloadOf(store.entries(acknowledgedSeq, maxBatchEntries));
    if (payload === null) return sent;
    const envelope = signEnvelope(batchPayloadType, payload.text, key);
    const answer = await hub.send({ method: 'POST', path: hubPaths.journal, json: envelope, maxBytes: maxAnswerBytes });
    if (answer.status === 409) {
      const went = goOn(await whereTheHubStands(hub), store);
      // If it is neither further nor put back, there is no way on without a person.
      if (went === 'nowhere' || (went === 'back' && !mayFallBack)) throw refusedBy('journal', answer);
      mayFallBack &&= went !== 'back';
      continue;
    }
    const acknowledged = readAnswer('journal', answer, journalAcknowledgement);
    keep(acknowledged, store);
    if (acknowledged.seq <= acknowledgedSeq)
      throw new HubFailure(
        'garbage',
        `journal: the hub took a batch and acknowledges only ${acknowledged.seq}: ask who runs it`,
      );
    sent += acknowledged.seq - acknowledgedSeq;
  }
}

/** As many entries as fit, at least one. */
function payloadOf(entries: ReturnType<Store['entries']>): { readonly text: string } | null {
  if (entries.length === 0) return null;
  for (let count = entries.length; ; count = Math.ceil(count / 2)) {
    const text = JSON.stringify({ entries: entries.slice(0, count) });
    if (text.length <= maxPayloadCharacters || count === 1) return { text };
  }
}

async function whereTheHubStands(hub: Hub): Promise<JournalAcknowledgement> {
  const answer = await hub.send({ method: 'GET', path: hubPaths.journal, maxBytes: maxAnswerBytes });
  return readAnswer('journal', answer, journalAcknowledgement);
}

/** Goes on from where the hub stands: it may be further than this store knows, or have less than it had acknowledged. */
function goOn(standing: JournalAcknowledgement, store: UploadOptions['store']): 'forth' | 'back' | 'nowhere' {
  const { acknowledgedSeq } = store.status();
  if (standing.seq === acknowledgedSeq) return 'nowhere';
  if (standing.seq > acknowledgedSeq) {
    keep(standing, store);
    return 'forth';
  }
  expectKept(store.withdraw(standing.seq, standing.head));
  return 'back';
}

function keep({ seq, head }: JournalAcknowledgement, store: UploadOptions['store']): void {
  expectKept(store.acknowledge(seq, head));
}

function expectKept(kept: Acknowledged): void {
  if (kept.kind === 'diverged')
    throw new HubFailure(
      'refused',
      `journal: ${kept.message}. This device's journal was set aside or copied: run \`kerb enroll\` again`,
    );
  if (kept.kind === 'refused') throw new HubFailure('refused', `journal: ${kept.message}`);
}
