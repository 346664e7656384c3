/**
 * A receipt verified by code that is not Kerb's: the signature by Node's own Ed25519, the way from the entry to the root by
 * sigstore's verifier of transparency logs. What of Kerb's formats is left (C2SP signed-note and tlog-proof) is read here by hand.
 */
import { createPublicKey, hash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface Proved {
  readonly index: number;
  readonly size: number;
  readonly leaf: string;
  /** Whose code said so. */
  readonly by: string;
}

/** Throws where the receipt does not prove what it carries. `key` as `GET /v1/log/key` answers it. */
export function verifyByOthers(receipt: string, key: string): Proved {
  const split = receipt.indexOf('\n\n');
  const [magic, extra, number, ...hashes] = receipt.slice(0, split).split('\n');
  if (magic !== 'c2sp.org/tlog-proof@v1') throw new Error('it is no tlog-proof');
  const { size, root } = openCheckpoint(receipt.slice(split + 2), key.trim());
  const leaf = Buffer.from(extra!.replace('extra ', ''), 'base64');
  const index = Number(number!.replace('index ', ''));
  const proof = hashes.map((line) => Buffer.from(line, 'base64'));
  const sigstore = loadSigstore();
  sigstore.verifyMerkleInclusion(
    { canonicalizedBody: leaf, inclusionProof: { logIndex: String(index), hashes: proof } },
    { logSize: BigInt(size), logHash: root },
  );
  return { index, size, leaf: leaf.toString('utf8'), by: `@sigstore/verify ${sigstore.version} and Node's Ed25519` };
}

/** C2SP signed-note and tlog-checkpoint: three lines, a blank one, and a line for each signature. */
function openCheckpoint(note: string, key: string): { readonly size: number; readonly root: Buffer } {
  const [name, id, encoded] = partsOf(key);
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const line = note
    .slice(end + 2)
    .split('\n')
    .find((each) => each.startsWith(`— ${name} `));
  const signature = Buffer.from(line?.split(' ')[2] ?? '', 'base64');
  if (signature.subarray(0, 4).toString('hex') !== id) throw new Error('the checkpoint is not signed by the log');
  if (!verify(null, Buffer.from(text), publicKeyOf(encoded, name, id), signature.subarray(4)))
    throw new Error('the signature on the checkpoint is wrong');
  const [origin, size, root] = text.split('\n');
  if (origin !== name) throw new Error('the checkpoint is of another log');
  return { size: Number(size), root: Buffer.from(root!, 'base64') };
}

/** `name+key id+base64`, the form of Go's note package. */
function partsOf(key: string): readonly [string, string, Buffer] {
  const [, name, id, encoded] = /^(.+)\+([0-9a-f]{8})\+(\S+)$/.exec(key) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) throw new Error('it is no key of a log');
  return [name, id, Buffer.from(encoded, 'base64')];
}

function publicKeyOf(encoded: Buffer, name: string, id: string) {
  const expected = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), encoded]), 'hex').slice(0, 8);
  if (expected !== id) throw new Error('the key’s id is not its own');
  const x = encoded.subarray(1).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** It keeps its verifier to itself, so that it is taken by its file. */
function loadSigstore() {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('@sigstore/verify'));
  const { version } = JSON.parse(readFileSync(path.join(folder, '../package.json'), 'utf8')) as { version: string };
  const { verifyMerkleInclusion } = require(path.join(folder, 'tlog/merkle.js')) as {
    verifyMerkleInclusion(entry: unknown, checkpoint: unknown): void;
  };
  return { version, verifyMerkleInclusion };
}
