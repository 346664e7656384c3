/** What a hub publishes, described as data so that a test can describe it wrongly, and written as a TUF repository. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { Metadata, MetadataKind, Signature } from '@tufjs/models';

/** Somebody who signs. */
export interface Signer {
  readonly id: string;
  readonly publicHex: string;
  readonly privateKey: KeyObject;
}

/** What every role's file has. */
interface RoleFile {
  readonly version: number;
  readonly expires: string;
  readonly signers: readonly Signer[];
}

interface Right {
  readonly signers: readonly Signer[];
  readonly threshold: number;
}

export interface RootFile extends RoleFile {
  readonly rights: Readonly<Record<'root' | 'targets' | 'snapshot' | 'timestamp', Right>>;
  /** Further names for a signer's key. */
  readonly aliases?: Readonly<Record<string, Signer>>;
}

interface TargetsFile extends RoleFile {
  /** Path → text. */
  readonly targets: Readonly<Record<string, string>>;
  readonly delegations?: readonly (Right & {
    readonly name: string;
    readonly paths: readonly string[];
    readonly terminating?: boolean;
  })[];
}

export interface Publication {
  /** The first has version 1. */
  readonly roots: readonly RootFile[];
  readonly targets: TargetsFile;
  readonly delegated: Readonly<Record<string, TargetsFile>>;
  /** `names`: what it says of roles, where that is not what they are. */
  readonly snapshot: RoleFile & { readonly names?: Readonly<Record<string, number | null>> };
  readonly timestamp: RoleFile & { readonly names?: number };
}

export function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicHex = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
  return { id: createHash('sha256').update(publicHex).digest('hex'), publicHex, privateKey };
}

/** The files of a publication, by the names that they have below `/v1/tuf/`. */
export function write({ roots, targets, delegated, snapshot, timestamp }: Publication): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const put = (name: string, bytes: Buffer): Buffer => {
    files.set(`metadata/${name}`, bytes);
    return bytes;
  };
  for (const root of roots) put(`${root.version}.root.json`, signed(MetadataKind.Root, root, rootBody(root)));
  const meta: Record<string, object> = {};
  for (const [name, file] of Object.entries({ targets, ...delegated })) {
    const bytes = put(`${file.version}.${name}.json`, signed(MetadataKind.Targets, file, targetsBody(file)));
    const named = snapshot.names?.[name];
    if (named !== null)
      meta[`${name}.json`] = named === undefined ? { version: file.version, ...about(bytes) } : { version: named };
    for (const [path, text] of Object.entries(file.targets)) files.set(targetName(path, text), Buffer.from(text));
  }
  const bytes = put(`${snapshot.version}.snapshot.json`, signed(MetadataKind.Snapshot, snapshot, { meta }));
  const named =
    timestamp.names === undefined ? { version: snapshot.version, ...about(bytes) } : { version: timestamp.names };
  put('timestamp.json', signed(MetadataKind.Timestamp, timestamp, { meta: { 'snapshot.json': named } }));
  return files;
}

/** The name of a target's file: its hash stands before its own name. */
export function targetName(path: string, text: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return `targets/${path.slice(0, slash)}${sha256(Buffer.from(text))}.${path.slice(slash)}`;
}

function rootBody({ rights, aliases = {} }: RootFile): object {
  const signers = Object.values(rights).flatMap((right) => right.signers);
  const keys = [...signers.map((signer) => [signer.id, signer] as const), ...Object.entries(aliases)];
  const roles = Object.entries(rights).map(([name, right]) => [name, rightOf(right)]);
  return {
    consistent_snapshot: true,
    keys: Object.fromEntries(keys.map(([id, signer]) => [id, keyOf(signer)])),
    roles: Object.fromEntries(roles),
  };
}

function targetsBody({ targets, delegations = [] }: TargetsFile): object {
  const entries = Object.entries(targets).map(([path, text]) => [path, about(Buffer.from(text))]);
  const signers = delegations.flatMap((delegation) => delegation.signers);
  const roles = delegations.map(({ name, paths, terminating = false, ...right }) => ({
    name,
    paths,
    terminating,
    ...rightOf(right),
  }));
  const keys = Object.fromEntries(signers.map((signer) => [signer.id, keyOf(signer)]));
  return { targets: Object.fromEntries(entries), delegations: { keys, roles } };
}

function signed(kind: MetadataKind, { version, expires, signers }: RoleFile, body: object): Buffer {
  const content = { _type: kind, spec_version: '1.0.31', version, expires, ...body };
  const file = Metadata.fromJSON(kind as never, { signed: content, signatures: [] } as never);
  for (const { id, privateKey } of signers)
    file.sign((data) => new Signature({ keyID: id, sig: sign(null, data, privateKey).toString('hex') }));
  return Buffer.from(JSON.stringify(file.toJSON()));
}

function rightOf({ signers, threshold }: Right): object {
  return { keyids: signers.map(({ id }) => id), threshold };
}

function keyOf({ publicHex }: Signer): object {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } };
}

function about(bytes: Buffer): object {
  return { length: bytes.length, hashes: { sha256: sha256(bytes) } };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
