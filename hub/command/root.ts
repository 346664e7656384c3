/** `kerb hub root FILE`: drafts a root of trust, for its people to sign. The hub's own two keys are made here, and stay here. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import type { OnlineKeys } from '../home.ts';
import { keyDocument, keyIdOf, readRootFile } from '../policies/metadata.ts';
import { instant } from '../policies/shelf.ts';
import type { KeyDocument } from '../protocol.ts';
import { type HubArguments, homeOf, UsageError } from './options.ts';

interface RootArguments extends HubArguments {
  readonly 'root-key'?: readonly string[] | undefined;
  readonly approver?: readonly string[] | undefined;
  readonly 'root-threshold'?: string | undefined;
  readonly threshold?: string | undefined;
  readonly previous?: string | undefined;
}

interface Person {
  readonly id: string;
  readonly document: KeyDocument;
}

const termMs = 365 * 86_400_000;

export function root(file: string, given: RootArguments): number {
  const [people, approvers] = [peopleOf(given['root-key'], 'root-key'), peopleOf(given.approver, 'approver')];
  if (existsSync(file)) throw new UsageError(`${file} exists already`);
  const { folder, online } = homeOf(given);
  const hub = hubKeys(online);
  const draft = {
    _type: 'root',
    spec_version: '1.0.31',
    version: given.previous === undefined ? 1 : versionIn(given.previous) + 1,
    expires: instant(Date.now() + termMs),
    consistent_snapshot: true,
    keys: Object.fromEntries([...people, ...approvers, ...hub].map(({ id, document }) => [id, document])),
    roles: {
      root: roleOf(people, countIn(given['root-threshold'], people, '--root-threshold')),
      targets: roleOf(approvers, countIn(given.threshold, approvers, '--threshold')),
      snapshot: roleOf(hub.slice(0, 1), 1),
      timestamp: roleOf(hub.slice(1), 1),
    },
  };
  writeFileSync(file, `${JSON.stringify({ signed: draft, signatures: [] }, null, 2)}\n`, { flag: 'wx' });
  process.stdout.write(`${file} is root ${draft.version}, and nobody has signed it yet\n`);
  process.stdout.write(`the hub's own two keys are in ${folder}: they say what is newest, and publish nothing\n`);
  return 0;
}

function peopleOf(given: readonly string[] | undefined, option: string): readonly Person[] {
  if (given === undefined) throw new UsageError(`--${option} NAME=ed25519:HEX, once for each person`);
  return given.map((text) => {
    const match = /^([^=\s][^=]{0,199})=ed25519:([0-9a-f]{64})$/.exec(text);
    if (match === null) throw new UsageError(`--${option} takes NAME=ed25519:HEX, as kerb review key prints it`);
    return { id: keyIdOf(match[2]!), document: keyDocument(match[2]!, match[1]!) };
  });
}

function hubKeys({ snapshot, timestamp }: OnlineKeys): readonly Person[] {
  return [snapshot, timestamp].map(({ publicKey }) => {
    const hex = Buffer.from(publicKey).toString('hex');
    return { id: keyIdOf(hex), document: keyDocument(hex, 'hub') };
  });
}

/** Default: two, so that nobody does it alone. */
function countIn(given: string | undefined, people: readonly Person[], option: string): number {
  const count = Number(given ?? Math.min(2, people.length));
  if (Number.isInteger(count) && count >= 1 && count <= people.length) return count;
  throw new UsageError(`${option} is a number from 1 to ${people.length}, as many as there are keys`);
}

function roleOf(people: readonly Person[], threshold: number): object {
  return { keyids: people.map(({ id }) => id), threshold };
}

function versionIn(file: string): number {
  try {
    return readRootFile(readFileSync(file)).signed.version;
  } catch (error) {
    throw new UsageError(`${file} is no root: ${(error as Error).message}`);
  }
}
