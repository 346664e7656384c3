/** A device's journal: what it sends, and how far the hub has it. */
import type { Hub } from '../../hub.ts';
import type { Caller } from '../../identity/authenticate.ts';
import type { Outcome } from '../../log/plan.ts';
import { envelope, hubPaths, type JournalAcknowledgement, journalAcknowledgement } from '../../protocol.ts';
import { type Answer, json, type Route, refuse, route } from '../route.ts';

const notADevice = refuse(403, 'forbidden', 'only a device has a journal');
const acknowledged = { status: 200, description: 'What the hub has', content: journalAcknowledgement } as const;

export const journalRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: hubPaths.journal,
    summary: 'Takes a signed batch of consecutive entries, and answers when they are on disk and in the log',
    permission: 'journal',
    unread: envelope,
    maxBody: 20_000_000,
    success: acknowledged,
    async run({ hub, caller, bytes }) {
      const [began, received] = [performance.now(), hub.now()];
      const { device } = caller;
      if (device === null) return notADevice;
      const reading = await hub.batches.read(bytes, { device, received });
      if (reading.kind === 'refused') {
        hub.measures.refused('invalid');
        return refuse(400, reading.code, reading.message);
      }
      const outcome = await hub.sequencer.submit(caller.tenant.id, reading.submission);
      if (outcome.kind === 'committed') {
        hub.measures.ingested(caller.tenant.id, 'journal', outcome.added);
        if (outcome.added > 0) hub.news.announce(caller.tenant.id, 'journal');
        const intake = { tenant: caller.tenant.name, by: device.id, began: received, ended: hub.now() };
        hub.traces.tell(reading.submission, outcome.added, intake);
      }
      hub.measures.acknowledged((performance.now() - began) / 1_000);
      return answerTo(outcome, hub, caller);
    },
  }),
  route({
    method: 'GET',
    path: hubPaths.journal,
    summary: 'Says what the hub has of the calling device: where it is to go on',
    permission: 'journal',
    success: acknowledged,
    run: async ({ hub, caller }) =>
      caller.device === null ? notADevice : json(200, await acknowledge(hub, caller, caller.device)),
  }),
];

async function answerTo(outcome: Outcome, hub: Hub, caller: Caller): Promise<Answer> {
  switch (outcome.kind) {
    case 'committed':
      return json(200, await acknowledge(hub, caller, outcome.device!));
    case 'outOfOrder':
      hub.measures.refused('outOfOrder');
      return refuse(
        409,
        'outOfOrder',
        `go on with entry ${outcome.device.seq + 1}: the hub has none after that before it`,
      );
    case 'forked':
      hub.measures.refused('forked');
      return refuse(
        409,
        'forked',
        `entry ${outcome.seq} is another than the hub has: two machines share this device's key, or its store was put back to an old state. Enrol it again, as a new device`,
      );
    case 'idTaken':
      return refuse(409, 'idTaken', `record ${outcome.id} is in the log already, from elsewhere`);
    case 'unknownDevice':
      return refuse(403, 'deviceRevoked', 'this device is not known any more: enrol it again');
  }
}

async function acknowledge(
  { store }: Hub,
  { tenant, id }: Caller,
  { seq, head }: { readonly seq: number; readonly head: string },
): Promise<JournalAcknowledgement> {
  const checkpoint = await store.checkpoint(tenant.id);
  return { device: id, seq, head, checkpoint: checkpoint?.note ?? null };
}
