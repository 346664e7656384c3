/** A device as the hub meets one: a key of its own, a chain of decisions, signed batches. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { type ChainHead, chainStart, link, preAuthEncoding } from '../../engine/index.ts';
import { rawPublicKey, sha256Hex, thumbprint } from '../../hub/cryptography.ts';
import {
  batchPayloadType,
  type DecisionRecord,
  type Envelope,
  type JournalEntry,
  type JournalRecord,
} from '../../hub/protocol.ts';
import type { NewDevice } from '../../hub/store/store.ts';

export interface TestDevice {
  readonly id: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
  readonly asKey: KeyObject;
  /** As the hub takes it in. */
  readonly asNew: NewDevice;
  head(): ChainHead;
  /** The next entries of the device's chain. */
  record(records: readonly JournalRecord[]): readonly JournalEntry[];
  batch(entries: readonly JournalEntry[]): Envelope;
  /** Both at once, for those who make many. */
  recordBatch(records: readonly JournalRecord[]): Envelope;
  /** Whatever else the device signs. */
  seal(payloadType: string, text: string): Envelope;
  /** Another device with the same key and history: what a copied home would be. */
  copy(): TestDevice;
}

/** With a new key, or with the one given. */
export function createDevice(id: string, keys: Keys = newKeys()): TestDevice {
  return deviceOf(id, keys, chainStart);
}

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
  readonly asKey: KeyObject;
}

function newKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: new Uint8Array(rawPublicKey(publicKey)), asKey: publicKey };
}

function deviceOf(id: string, keys: Keys, start: ChainHead): TestDevice {
  let head = start;
  const keyId = thumbprint(keys.publicKey);
  const seal = (payloadType: string, text: string): Envelope => {
    const payload = Buffer.from(text);
    const sig = sign(null, preAuthEncoding(payloadType, payload), keys.privateKey);
    const signatures = [{ keyid: keyId, sig: sig.toString('base64') }];
    return { payloadType, payload: payload.toString('base64'), signatures };
  };
  const write = (record: JournalRecord): string => {
    const linked = link({ device: id, head, record }, { sha256: sha256Hex });
    head = linked.head;
    return linked.text;
  };
  return {
    ...{ id, keyId, privateKey: keys.privateKey, publicKey: keys.publicKey, asKey: keys.asKey },
    asNew: { id, name: `${id}'s laptop`, keyId, publicKey: keys.publicKey, platform: 'linux-x64', labels: {}, at: 0 },
    head: () => head,
    // As they would come out of its store: in canonical order.
    record: (records) => records.map((record) => JSON.parse(write(record)) as JournalEntry),
    recordBatch: (records) => seal(batchPayloadType, `{"entries":[${records.map(write).join(',')}]}`),
    batch: (entries) => seal(batchPayloadType, JSON.stringify({ entries })),
    seal,
    copy: () => deviceOf(id, keys, head),
  };
}

/** Decisions as a busy organisation makes them; every tenth is refused. */
export function decision(number: number, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  const at = changes.at ?? new Date(Date.UTC(2026, 10, 20) + number * 997).toISOString();
  const refused = number % 10 === 0;
  return {
    kind: 'decision',
    id: uuid(Date.parse(at)),
    at,
    gate: number % 3 === 0 ? 'push' : 'commit',
    origin: 'gate',
    reason: null,
    subject: { name: 'Ada Example', email: 'ada@acme.example' },
    repository: `github.com/acme/shop-${number % 20}`,
    target: { base: null, commit: null, tree: sha256Hex(`tree ${number}`).slice(0, 40), ref: 'refs/heads/main' },
    policies: { revision: '7', digest: `sha256:${sha256Hex('policies')}`, ring: null },
    inputDigest: `sha256:${sha256Hex(`input ${number}`)}`,
    effect: refused ? 'deny' : 'allow',
    passed: !refused,
    mode: 'durable',
    findings: refused
      ? [
          {
            policy: 'kubernetes/privileged',
            severity: 'critical',
            enforcement: 'deny',
            outcome: 'fail',
            file: 'deploy/web.yaml',
            fingerprint: sha256Hex(`finding ${number % 50}`).slice(0, 32),
            exception: null,
          },
        ]
      : [],
    findingCount: refused ? 1 : 0,
    exceptions: [],
    latencyMs: 4.5,
    client: { name: 'pre-commit', version: '0.1.0' },
    stale: false,
    ...changes,
  };
}

/** UUID of version 7 (RFC 9562). */
export function uuid(ms: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
