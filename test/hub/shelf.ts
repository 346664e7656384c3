/** A tenant's policies in memory, for many runs: what the rules of publication read, and their changes applied. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { Metadata, MetadataKind, Signature } from '@tufjs/models';
import type { PersonKey } from '../../daemon/review/personKey.ts';
import type { Source } from '../../daemon/sync/tuf/source.ts';
import { preAuthEncoding } from '../../engine/index.ts';
import { rawPublicKey } from '../../hub/cryptography.ts';
import type { OnlineKeys } from '../../hub/home.ts';
import { keyDocument, keyIdOf } from '../../hub/policies/metadata.ts';
import type { Desk, Ruling } from '../../hub/policies/ruling.ts';
import { instant, onlineKeyId } from '../../hub/policies/shelf.ts';
import type { Envelope } from '../../hub/protocol.ts';
import type { AskedException, ExceptionApprovalRow, Exceptions } from '../../hub/store/query/exception.ts';
import type { Approval, ChangeRequest, Publications, PublishedFile } from '../../hub/store/query/publication.ts';
import type { RevisionCount, RolloutState, Rollouts } from '../../hub/store/query/rollout.ts';
import type { Change } from '../../hub/store/store.ts';
import { now, testSigningKey } from './log.ts';

/** Somebody with a key of their own. */
export interface Person {
  readonly name: string;
  readonly id: string;
  readonly hex: string;
  /** The private key, PKCS #8. */
  readonly pem: string;
  /** Hex. */
  sign(signed: object, kind?: MetadataKind.Root | MetadataKind.Targets): string;
  /** A document as DSSE v1. */
  seal(payloadType: string, payload: string): Envelope;
}

export function createPerson(
  name: string,
  keys: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('ed25519'),
): Person {
  const hex = Buffer.from(rawPublicKey(keys.publicKey)).toString('hex');
  const id = keyIdOf(hex);
  return {
    ...{ name, id, hex },
    pem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    sign(signed, kind = MetadataKind.Targets) {
      const file = Metadata.fromJSON(kind as MetadataKind.Root, { signed, signatures: [] } as never);
      let sig = '';
      file.sign((data) => {
        sig = sign(null, data, keys.privateKey).toString('hex');
        return new Signature({ keyID: id, sig });
      });
      return sig;
    },
    seal(payloadType, payload) {
      const bytes = Buffer.from(payload);
      const sig = sign(null, preAuthEncoding(payloadType, bytes), keys.privateKey).toString('base64');
      return { payloadType, payload: bytes.toString('base64'), signatures: [{ keyid: id, sig }] };
    },
  };
}

/** The same key, as the command has it that a person signs with. */
export function keyOf({ id, hex, seal, sign: signAs }: Person): PersonKey {
  return { id, publicHex: hex, seal, sign: (kind, signed) => signAs(signed, kind) };
}

export interface MemoryShelf {
  readonly desk: Desk;
  readonly files: Map<string, PublishedFile>;
  readonly requests: Map<string, ChangeRequest>;
  readonly approvals: Approval[];
  readonly exceptions: Map<string, AskedException>;
  readonly standing: Map<string, RolloutState>;
  /** What came of decisions, as a test has it. */
  readonly counted: RevisionCount[];
  /** As devices read it. */
  readonly source: Source;
  /** Does what a ruling says, as the store would. */
  carryOut<T>(ruling: Ruling<T>): Ruling<T>;
}

export function createShelf(
  online: OnlineKeys = { snapshot: testSigningKey(), timestamp: testSigningKey() },
): MemoryShelf {
  const files = new Map<string, PublishedFile>();
  const requests = new Map<string, ChangeRequest>();
  const approvals: Approval[] = [];
  const asked = new Map<string, AskedException>();
  const given: ExceptionApprovalRow[] = [];
  const standing = new Map<string, RolloutState>();
  const counted: RevisionCount[] = [];
  const publications: Publications = {
    publishedFile: async (_, name) => files.get(name)?.bytes ?? null,
    newestFile: async (_, role) =>
      [...files.values()].filter((file) => file.role === role).sort((a, b) => b.version - a.version)[0] ?? null,
    changeRequests: async () => [...requests.values()],
    changeRequest: async (_, id) => requests.get(id) ?? null,
    approvals: async (_, request) => approvals.filter((approval) => approval.request === request),
  };
  const exceptions: Exceptions = {
    askedExceptions: async () => [...asked.values()],
    askedException: async (_, id) => asked.get(id) ?? null,
    exceptionApprovals: async (_, ids) => given.filter(({ request }) => ids.includes(request)),
    exceptionsWaiting: async () => [...asked.values()].filter(({ state }) => state === 'pending').length,
    exceptionCounts: async () => {
      throw new Error('nothing that decides counts exceptions');
    },
  };
  const rollouts: Rollouts = {
    rolloutState: async (_, id) => standing.get(id) ?? null,
    revisionCounts: async () => counted,
  };
  const apply = (change: Change): void => {
    if (change.kind === 'publish') for (const file of change.files) files.set(file.name, file);
    else if (change.kind === 'openRequest') requests.set(change.request.id, change.request);
    else if (change.kind === 'approve') approvals.push(change.approval);
    else if (change.kind === 'closeRequest')
      requests.set(change.id, { ...requests.get(change.id)!, state: change.state, closedAt: change.at });
    else if (change.kind === 'setRollout') standing.set(change.rollout.id, change.rollout);
    else if (change.kind === 'askException') asked.set(change.request.id, change.request);
    else if (change.kind === 'approveException') given.push(change.approval);
    else if (change.kind === 'decideException') {
      const { id, to, at, by, note, expiresAt } = change;
      asked.set(id, { ...asked.get(id)!, state: to, decidedAt: at, decidedBy: by, note, expiresAt });
    } else throw new Error(`policies do not ${change.kind}`);
  };
  return {
    ...{ files, requests, approvals, exceptions: asked, standing, counted },
    desk: { publications, exceptions, rollouts, tenant: 1, online, now },
    source: { read: async (name) => (files.has(name) ? Buffer.from(files.get(name)!.bytes) : null) },
    carryOut(ruling) {
      if (ruling.kind === 'done') ruling.deed?.changes.forEach(apply);
      return ruling;
    },
  };
}

/** A root that all of its people have signed. */
export function signedRootOf(
  {
    root,
    approvers,
    threshold,
  }: { readonly root: readonly Person[]; readonly approvers: readonly Person[]; readonly threshold: number },
  online: OnlineKeys,
  at = now,
) {
  const people = [...root, ...approvers].map(({ id, hex, name }) => [id, keyDocument(hex, name)] as const);
  const own = [online.snapshot, online.timestamp].map(
    (key) => [onlineKeyId(key), keyDocument(Buffer.from(key.publicKey).toString('hex'), 'hub')] as const,
  );
  const roleOf = (ids: readonly string[], count: number) => ({ keyids: ids, threshold: count });
  const signed = {
    _type: 'root',
    spec_version: '1.0.31',
    version: 1,
    expires: instant(at + 31_536_000_000),
    consistent_snapshot: true,
    keys: Object.fromEntries([...people, ...own]),
    roles: {
      root: roleOf(
        root.map(({ id }) => id),
        root.length,
      ),
      targets: roleOf(
        approvers.map(({ id }) => id),
        threshold,
      ),
      snapshot: roleOf([onlineKeyId(online.snapshot)], 1),
      timestamp: roleOf([onlineKeyId(online.timestamp)], 1),
    },
  };
  return {
    signed,
    signatures: root.map((person) => ({ keyid: person.id, sig: person.sign(signed, MetadataKind.Root) })),
  };
}
