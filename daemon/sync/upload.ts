/** The journal out: signed batches, in order, from where the hub says that it stands. */
import {
  batchPayloadType,
  hubPaths,
  type JournalAcknowledgement,
  journalAcknowledgement,
  maxBatchEntries,
} from '../../hub/protocol.ts';
import type { Store } from '../store/store.ts';
import { type DeviceKey, signEnvelope } from './deviceKey.ts';
import { type Hub, readAnswer, refusedBy } from './hub.ts';
import { HubFailure } from './network.ts';

export interface UploadOptions {
  readonly store: Pick<Store, 'entries' | 'acknowledge' | 'status'>;
  readonly hub: Hub;
  readonly key: DeviceKey;
}

const maxAnswerBytes = 64_000;
/** A payload is base64 within JSON, and the hub takes 16 MB of it. */
const maxPayloadCharacters = 8_000_000;

/**
 * Sends what the hub has not acknowledged, and returns how many entries that were. Whatever is cut off on the way is sent
 * again: the hub passes over what it has. Throws `HubFailure`.
 */
export async function uploadJournal({ store, hub, key }: UploadOptions): Promise<number> {
  let sent = 0;
  for (;;) {
    const { acknowledgedSeq } = store.status();
    const payload = payloadOf(store.entries(acknowledgedSeq, maxBatchEntries));
    if (payload === null) return sent;
    const envelope = signEnvelope(batchPayloadType, payload.text, key);
    const answer = await hub.send({ method: 'POST', path: hubPaths.journal, json: envelope, maxBytes: maxAnswerBytes });
    if (answer.status === 409) {
      await goOn(await whereTheHubStands(hub), { store, refusal: refusedBy('journal', answer) });
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

/** After a refusal: the hub may be further than this store knows. If it is not, there is no way on without a person. */
async function goOn(
  standing: JournalAcknowledgement,
  { store, refusal }: { readonly store: UploadOptions['store']; readonly refusal: HubFailure },
): Promise<void> {
  if (standing.seq <= store.status().acknowledgedSeq) throw refusal;
  keep(standing, store);
}

function keep({ seq, head }: JournalAcknowledgement, store: UploadOptions['store']): void {
  const kept = store.acknowledge(seq, head);
  if (kept.kind === 'diverged')
    throw new HubFailure(
      'refused',
      `journal: ${kept.message}. This device's journal was set aside or copied: run \`kerb enroll\` again`,
    );
  if (kept.kind === 'refused') throw new HubFailure('refused', `journal: ${kept.message}`);
}
