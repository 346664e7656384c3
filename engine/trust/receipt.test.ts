/** Notes, checkpoints, receipts and witnesses, with real Ed25519 keys. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { type Checkpoint, checkpointText, openCheckpoint } from './checkpoint.ts';
import { emptyFrontier, grow, hashLeaf, rootOf } from './merkle.ts';
import {
  formatNote,
  formatNoteKey,
  isSignedBy,
  type NoteKey,
  noteKey,
  readNote,
  readNoteKey,
  type VerifyEd25519,
} from './note.ts';
import { consistencyRanges, hashOfRange, inclusionRanges } from './proof.ts';
import { formatReceipt, verifyReceipt } from './receipt.ts';
import { judgeCheckpoint, type WitnessVerdict } from './witness.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(hash('sha256', bytes, 'buffer'));
const verifyEd25519: VerifyEd25519 = (publicKey, text, signature) =>
  verify(null, Buffer.from(text), ed25519Key(publicKey), signature);

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const origin = 'hub.example/acme/audit';
const key = noteKey(origin, rawKey(publicKey), sha256);
const entries = (count: number, name = 'entry'): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => Buffer.from(`{"${name}":${index}}`));

test('the note of the specification verifies with its key', () => {
  const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
  const known = readNoteKey(vkey, sha256);
  assert.ok(known);
  assert.equal(formatNoteKey(known), vkey);
  const read = readNote(note);
  assert.ok(read);
  assert.equal(read.text, text);
  assert.equal(isSignedBy(read, known, verifyEd25519), true);
  assert.equal(formatNote(read), note);
  assert.equal(readNoteKey(vkey.replace('c74f20a3', 'c74f20a4'), sha256), null);
});

test('signatures by unknown keys are ignored, a wrong one in the name of the key is not', () => {
  const checkpoint = { origin, size: 0, root: sha256(new Uint8Array(0)) };
  const text = checkpointText(checkpoint);
  const own = { name: origin, id: key.id, signature: signed(text) };
  const stranger = { ...own, name: 'witness.example' };
  const forged = { ...own, signature: new Uint8Array(64) };
  const open = (signatures: readonly (typeof own)[]): Checkpoint | null =>
    openCheckpoint(formatNote({ text, signatures }), key, verifyEd25519);
  assert.deepEqual(open([stranger, own]), checkpoint);
  assert.equal(open([stranger]), null);
  assert.equal(open([own, forged]), null);
});

test('a checkpoint that is not written as it must be is none', () => {
  const root = Buffer.from(sha256(new Uint8Array(0))).toString('base64');
  const open = (text: string): Checkpoint | null => openCheckpoint(note(text), key, verifyEd25519);
  assert.ok(open(`${origin}\n0\n${root}\n`));
  assert.ok(open(`${origin}\n0\n${root}\nextension\n`));
  for (const text of [
    `other.example\n0\n${root}\n`,
    `${origin}\n00\n${root}\n`,
    `${origin}\n-1\n${root}\n`,
    `${origin}\n9007199254740993\n${root}\n`,
    `${origin}\n0\n${root.slice(0, -4)}\n`,
    `${origin}\n0\n${root.replace('=', '')}\n`,
    `${origin}\n0\n`,
  ]) {
    assert.equal(open(text), null, text);
  }
});

test('a receipt proves its entry without the log, and every byte of it counts', () => {
  const log = logOf(entries(300));
  const receipt = log.receipt(123);
  const trust = { key, sha256, verify: verifyEd25519 };
  const verdict = verifyReceipt(receipt, trust);
  assert.equal(verdict.kind, 'proved');
  assert.deepEqual(verdict.kind === 'proved' && Buffer.from(verdict.leaf).toString(), '{"entry":123}');
  const bytes = Buffer.from(receipt);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    assert.equal(verifyReceipt(changed.toString('utf8'), trust).kind, 'refuted', `byte ${at}`);
  }
  const [single] = [logOf(entries(1)).receipt(0)];
  assert.equal(verifyReceipt(single, trust).kind, 'proved');
  const other = noteKey(origin, rawKey(generateKeyPairSync('ed25519').publicKey), sha256);
  assert.equal(verifyReceipt(receipt, { ...trust, key: other }).kind, 'refuted');
});

test('a witness tells growth from every change of what was there, and names it', () => {
  const old = logOf(entries(100));
  const kinds = (look: WitnessVerdict): string => (look.kind === 'alarm' ? look.alarm : look.kind);
  const look = (last: Log | null, next: Log, proof = last && next.proofFrom(last)): string =>
    kinds(judgeCheckpoint({ last: last?.note ?? null, next: next.note, proof, key, sha256, verify: verifyEd25519 }));
  const grown = entries(150);
  assert.equal(look(null, old), 'consistent');
  assert.equal(look(old, old), 'consistent');
  assert.equal(look(old, logOf(grown)), 'consistent');
  assert.equal(look(old, logOf(grown.with(7, Buffer.from('{"entry":8}')))), 'rewritten');
  assert.equal(look(old, logOf(grown.toSpliced(7, 1))), 'rewritten');
  assert.equal(look(old, logOf(grown.toSpliced(7, 0, Buffer.from('{"entry":"more"}')))), 'rewritten');
  assert.equal(look(old, logOf(grown.with(7, grown[8]!).with(8, grown[7]!))), 'rewritten');
  assert.equal(look(old, logOf(grown.slice(0, 99))), 'shrunk');
  assert.equal(look(old, logOf(entries(100, 'other'))), 'forked');
  assert.equal(look(old, logOf(grown), null), 'unproved');
  const stranger = generateKeyPairSync('ed25519').privateKey;
  assert.equal(look(old, logOf(grown, stranger)), 'unsigned');
});

interface Log {
  readonly note: string;
  readonly size: number;
  receipt(index: number): string;
  proofFrom(older: { readonly size: number }): readonly Uint8Array[] | null;
}

function logOf(leaves: readonly Uint8Array[], signer: KeyObject = privateKey): Log {
  const hashes = leaves.map((leaf) => hashLeaf(leaf, sha256));
  const root = rootOf(grow(emptyFrontier, hashes, sha256).frontier, sha256);
  const text = checkpointText({ origin, size: leaves.length, root });
  const hashOf = (range: { readonly begin: number; readonly end: number }): Uint8Array =>
    hashOfRange(
      range,
      ({ level, index }) => subtree(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)),
      sha256,
    );
  return {
    note: note(text, signer),
    size: leaves.length,
    receipt: (index) =>
      formatReceipt({
        index,
        proof: inclusionRanges(index, leaves.length).map(hashOf),
        checkpoint: note(text, signer),
        leaf: leaves[index]!,
      }),
    proofFrom: ({ size }) => (size > leaves.length ? null : consistencyRanges(size, leaves.length).map(hashOf)),
  };
}

function subtree(hashes: readonly Uint8Array[]): Uint8Array {
  return rootOf(grow(emptyFrontier, hashes, sha256).frontier, sha256);
}

function note(text: string, signer: KeyObject = privateKey, by: NoteKey = key): string {
  return formatNote({ text, signatures: [{ name: by.name, id: by.id, signature: signed(text, signer) }] });
}

function signed(text: string, signer: KeyObject = privateKey): Uint8Array {
  return sign(null, Buffer.from(text), signer);
}

function rawKey(object: KeyObject): Uint8Array {
  return object.export({ type: 'spki', format: 'der' }).subarray(-32);
}

function ed25519Key(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
