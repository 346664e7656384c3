/** A tenant with a log, and the short ways into it that tests take. */
import { generateKeyPairSync } from 'node:crypto';
import { createVerifier, readSigningKey, type SigningKey } from '../../hub/cryptography.ts';
import { readBatch } from '../../hub/intake/journal.ts';
import { newEntry } from '../../hub/log/entry.ts';
import { type Outcome, planAppend, type Submission, wantedBy } from '../../hub/log/plan.ts';
import type { Envelope, JournalEntry } from '../../hub/protocol.ts';
import type { Tenant } from '../../hub/store/query/tenant.ts';
import type { Change, Store } from '../../hub/store/store.ts';
import { type TestDevice, uuid } from './device.ts';

export const now = Date.UTC(2026, 10, 28);

export function testSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return readSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
}

export function addTenant(store: Store, name = 'acme'): Promise<Tenant> {
  return store.addTenant({ name, origin: `hub.example/${name}/audit`, createdAt: now });
}

export async function submit(store: Store, tenant: number, ...submissions: readonly Submission[]) {
  const plan = (state: Parameters<typeof planAppend>[1]) => planAppend(submissions, state);
  return store.append(tenant, wantedBy(submissions, 'everyId'), plan);
}

/** Something done on the hub, as an act in the log with what it changes. */
export function act(changes: readonly Change[], id = uuid(now)): Submission {
  const text = JSON.stringify({ id, changes: changes.length });
  const body = { id, at: now, received: now, kind: 'act' as const, device: null, seq: null, decision: null, text };
  return { kind: 'records', entries: [newEntry(body)], changes };
}

const verify = createVerifier({ maxKeys: 100 });

export async function addDevice(store: Store, tenant: number, device: TestDevice): Promise<void> {
  await submit(store, tenant, act([{ kind: 'addDevice', device: device.asNew }]));
}

/** An envelope as a request has it. */
export function bodyOf(envelope: Envelope): Buffer {
  return Buffer.from(JSON.stringify(envelope));
}

/** Sends entries as a device does, past HTTP: signed, opened, checked, committed. */
export async function send(
  store: Store,
  device: TestDevice,
  entries: readonly JournalEntry[],
  received = now,
): Promise<Outcome> {
  const known = await store.deviceByKey(device.keyId);
  if (known === null) throw new Error(`the hub does not know ${device.id}`);
  const reading = await readBatch(bodyOf(device.batch(entries)), { device: known, received, verify });
  if (reading.kind === 'refused') throw new Error(reading.message);
  const [outcome] = await submit(store, known.tenant, { kind: 'chain', device: known.id, links: reading.links });
  return outcome!;
}
