/** From the root that a device trusts to the newest: each signed by those whom the one before it names, and by its own. */
import { createHash } from 'node:crypto';
import { distributionLimits as limits } from '../../../hub/protocol.ts';
import { checkSigned, type RootFile, reading, readRoot } from './metadata.ts';
import { refuse } from './refusal.ts';
import type { KeyMemory } from './signature.ts';
import type { Source } from './source.ts';

/** A root by number and hash, so that a copy of it can lie anywhere. */
export interface RootPin {
  readonly version: number;
  readonly sha256: string;
}

export interface Roots {
  readonly newest: RootFile;
  readonly pin: RootPin;
  /** All of them, the trusted one first. */
  readonly chain: readonly RootFile[];
  /** Their bytes by name. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** What need not be made again from one verification to the next. */
export interface TrustMemory {
  /** The root that was verified last, by its hash. */
  root: { readonly sha256: string; readonly file: RootFile } | null;
  readonly keys: KeyMemory;
}

export const noMemory = (): TrustMemory => ({ root: null, keys: new Map() });

/** The pin of a hub's first root, which signs itself: it is believed once, or compared with what somebody said. */
export function firstRoot(bytes: Buffer): RootPin {
  return { version: readOwn(bytes, new Map()).signed.version, sha256: sha256Of(bytes) };
}

/** Reads the chain of roots. Throws `TrustRefusal`. */
export async function walkRoots(source: Source, trusted: RootPin, memory: TrustMemory = noMemory()): Promise<Roots> {
  const files = new Map<string, Buffer>();
  const read = async ({ version, sha256 }: { readonly version: number; readonly sha256: string | null }) => {
    const name = `metadata/${version}.root.json`;
    const bytes = await source.read(name, { maxBytes: limits.root, sha256 });
    if (bytes !== null) files.set(name, bytes);
    return bytes;
  };
  const first = await read(trusted);
  if (first === null) throw refuse.missing('root');
  if (sha256Of(first) !== trusted.sha256) throw refuse.tampered('root');
  let newest = memory.root?.sha256 === trusted.sha256 ? memory.root.file : readOwn(first, memory.keys);
  const chain = [newest];
  let pin = trusted;
  for (;;) {
    const bytes = await read({ version: pin.version + 1, sha256: null });
    if (bytes === null) break;
    if (chain.length > limits.rootRotations) throw refuse.endless('root', limits.rootRotations);
    newest = acceptRoot(bytes, newest, memory.keys);
    chain.push(newest);
    pin = { version: pin.version + 1, sha256: sha256Of(bytes) };
  }
  memory.root = { sha256: pin.sha256, file: newest };
  return { newest, pin, chain, files };
}

/**
 * What was seen, without what a change of keys makes void (TUF 5.3.11): a thief of the old key may have used it to count far
 * ahead, and the new one would never get there.
 */
export function seenUnder(
  chain: readonly RootFile[],
  seen: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const first = chain[0];
  const last = chain.at(-1);
  const keysOf = (root: RootFile | undefined, role: string): string =>
    [...(root?.signed.roles[role]?.keyIDs ?? [])].sort().join();
  const isKept = (role: string): boolean =>
    !['timestamp', 'snapshot', 'targets'].includes(role) || keysOf(first, role) === keysOf(last, role);
  return Object.fromEntries(Object.entries(seen).filter(([role]) => isKept(role)));
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function readOwn(bytes: Buffer, keys: KeyMemory): RootFile {
  return reading('root', () => {
    const root = readRoot(bytes);
    checkSigned('root', root, root, keys);
    return root;
  });
}

function acceptRoot(bytes: Buffer, before: RootFile, keys: KeyMemory): RootFile {
  return reading('root', () => {
    const next = readRoot(bytes);
    checkSigned('root', next, before, keys);
    const wanted = before.signed.version + 1;
    if (next.signed.version < wanted) throw refuse.rollback('root', next.signed.version, before.signed.version);
    if (next.signed.version !== wanted)
      throw refuse.mixed('root', next.signed.version, wanted, 'its place in the chain');
    checkSigned('root', next, next, keys);
    return next;
  });
}
