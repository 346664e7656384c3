/** A bundle as OPA documents it: a gzipped tar with `.manifest`, and `.signatures.json` over everything else in it. */
import { createPrivateKey } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SignJWT } from 'jose';
import { pack } from 'tar-stream';
import { canonicalize } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';

/** What the key is called in an OPA's configuration. */
export const opaKeyId = 'kerb';

/** A file: JSON, which OPA hashes as a value, or a text. */
export interface BundleFile {
  readonly name: string;
  readonly content: string | object;
}

export interface OpaManifest {
  readonly revision: string;
  readonly roots: readonly string[];
}

const deflate = promisify(gzip);
const never = new Date(0);

/** The archive's bytes. `key`: the PEM of an ECDSA key on P-256. */
export async function bundleArchive(
  manifest: OpaManifest,
  files: readonly BundleFile[],
  key: string,
): Promise<Uint8Array> {
  const all = [{ name: '.manifest', content: { ...manifest, rego_version: 1 } }, ...files];
  const signatures = { signatures: [await sign(all, key)] };
  const archive = pack();
  for (const { name, content } of [...all, { name: '.signatures.json', content: signatures }])
    archive.entry({ name, mtime: never }, textOf(content));
  archive.finalize();
  return deflate(await buffer(archive));
}

function sign(files: readonly BundleFile[], key: string): Promise<string> {
  const hashed = files.map(({ name, content }) => ({ name, hash: hashOf(content), algorithm: 'SHA-256' }));
  return new SignJWT({ files: hashed })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: opaKeyId })
    .sign(createPrivateKey(key));
}

/** Of JSON OPA takes the hash of its value, written with sorted keys, and as Go writes strings. */
function hashOf(content: string | object): string {
  if (typeof content === 'string') return sha256Hex(content);
  return sha256Hex(
    canonicalize(content).replace(/[\u2028\u2029]/g, (each) => (each === '\u2028' ? '\\u2028' : '\\u2029')),
  );
}

function textOf(content: string | object): string {
  return typeof content === 'string' ? content : canonicalize(content);
}
