/** What a group of submissions does to the log: a function of the log's end, so that it can be asked again. */
import { grow } from '../../engine/index.ts';
import { sha256 } from '../cryptography.ts';
import { leavesOf } from '../store/run.ts';
import type { Appendix, Change, DeviceHead, LogState, NewEntry, Part, SealedEntries, Wanted } from '../store/store.ts';
import { bodyHashOf } from './entry.ts';

/**
 * `chain`: consecutive entries of one device, which follow each other. `sealed`: the same, as they are stored; what they are
 * one by one is asked for where they do not simply go on. `records`: each is taken once, by its id.
 */
export type Submission =
  | { readonly kind: 'chain'; readonly device: string; readonly links: readonly ChainLink[] }
  | {
      readonly kind: 'sealed';
      readonly device: string;
      readonly chain: SealedChain;
      readonly links: () => readonly ChainLink[];
    }
  | { readonly kind: 'records'; readonly entries: readonly NewEntry[]; readonly changes: readonly Change[] };

export interface ChainLink {
  readonly seq: number;
  readonly previous: string;
  /** SHA-256 of the device's entry, hex: what the leaf names as its body. */
  readonly hash: string;
  /** How many decisions this entry says are lost. */
  readonly missing: number;
  readonly entry: NewEntry;
}

/** Consecutive entries of a device, which follow each other, as they are stored. */
export interface SealedChain {
  readonly first: Pick<ChainLink, 'seq' | 'previous'>;
  readonly last: Pick<ChainLink, 'seq' | 'hash'>;
  readonly missing: number;
  readonly sealed: SealedEntries;
}

export type Outcome =
  | { readonly kind: 'committed'; readonly device: DeviceHead | null; readonly added: number }
  /** The device has to go on with the entry after `device.seq`. */
  | { readonly kind: 'outOfOrder'; readonly device: DeviceHead }
  /** The device has two entries of this number. */
  | { readonly kind: 'forked'; readonly seq: number }
  /** Another record has this id already. */
  | { readonly kind: 'idTaken'; readonly id: string }
  | { readonly kind: 'unknownDevice' };

/** How thoroughly ids are looked up: chains number their entries, so that an id comes again only where somebody lies. */
export type Care = 'chains' | 'everyId';

export function wantedBy(submissions: readonly Submission[], care: Care): Wanted {
  const devices = new Set<string>();
  const ids = new Set<string>();
  for (const submission of submissions) {
    if (submission.kind !== 'records') devices.add(submission.device);
    for (const id of idsOf(submission, care)) ids.add(id);
  }
  return { devices: [...devices], ids: [...ids] };
}

export function planAppend(submissions: readonly Submission[], state: LogState): Appendix<readonly Outcome[]> {
  const draft: Draft = { parts: [], changes: [], devices: new Map(), known: new Map(state.known), state };
  const outcomes = submissions.map((submission) => addSubmission(draft, submission));
  const leaves = draft.parts.flatMap((part) =>
    part.kind === 'sealed' ? part.sealed.leafHashes : part.entries.map(({ leafHash }) => leafHash),
  );
  return {
    ...grow(state.frontier, leaves, sha256),
    parts: draft.parts,
    devices: [...draft.devices.values()],
    changes: draft.changes,
    outcome: outcomes,
  };
}

interface Draft {
  readonly parts: ({ readonly kind: 'entries'; readonly entries: NewEntry[] } | Extract<Part, { kind: 'sealed' }>)[];
  readonly changes: Change[];
  readonly devices: Map<string, DeviceHead>;
  readonly known: Map<string, string>;
  readonly state: LogState;
}

function addSubmission(draft: Draft, submission: Submission): Outcome {
  switch (submission.kind) {
    case 'chain':
      return addChain(draft, submission);
    case 'sealed':
      return addSealed(draft, submission) ?? addChain(draft, { ...submission, links: submission.links() });
    case 'records':
      return addRecords(draft, submission);
  }
}

/** Takes them as they are, where they go on from what is in the log; else null. */
function addSealed(draft: Draft, { device: id, chain }: Extract<Submission, { kind: 'sealed' }>): Outcome | null {
  const device = draft.devices.get(id) ?? draft.state.devices.get(id);
  if (device === undefined) return { kind: 'unknownDevice' };
  const { first, last, missing, sealed } = chain;
  if (first.seq !== device.seq + 1 || first.previous !== device.head) return null;
  if (sealed.ids.some((each) => draft.known.has(each))) return null;
  draft.parts.push({ kind: 'sealed', sealed });
  const next = { ...device, seq: last.seq, head: last.hash, missing: device.missing + missing, awaited: 0 };
  draft.devices.set(id, next);
  return { kind: 'committed', device: next, added: sealed.ids.length };
}

type ChainSubmission = Pick<Extract<Submission, { kind: 'chain' }>, 'device' | 'links'>;

function addChain(draft: Draft, { device: id, links }: ChainSubmission): Outcome {
  const device = draft.devices.get(id) ?? draft.state.devices.get(id);
  if (device === undefined) return { kind: 'unknownDevice' };
  const first = links[0]!.seq;
  if (first > device.seq + 1) {
    const waiting = { ...device, awaited: first - 1 - device.seq };
    draft.devices.set(id, waiting);
    return { kind: 'outOfOrder', device: waiting };
  }
  const forkedAt = forkOf(draft, device, links);
  if (forkedAt !== null) {
    draft.devices.set(id, { ...device, forked: 1 });
    return { kind: 'forked', seq: forkedAt };
  }
  const fresh = links.filter(({ seq }) => seq > device.seq);
  const taken = fresh.find(({ entry }) => draft.known.has(entry.id));
  if (taken !== undefined) return { kind: 'idTaken', id: taken.entry.id };
  for (const { entry } of fresh) add(draft, entry);
  const last = fresh.at(-1);
  const next =
    last === undefined
      ? device
      : {
          ...device,
          seq: last.seq,
          head: last.hash,
          missing: device.missing + fresh.reduce((sum, { missing }) => sum + missing, 0),
          awaited: 0,
        };
  if (last !== undefined) draft.devices.set(id, next);
  return { kind: 'committed', device: next, added: fresh.length };
}

/** The number at which the links part from what is in the log; null where they go on from it. */
function forkOf(draft: Draft, { seq, head }: DeviceHead, links: readonly ChainLink[]): number | null {
  const next = links.find((link) => link.seq === seq + 1);
  const same = links.find((link) => link.seq === seq);
  if (same !== undefined) return same.hash === head ? null : seq;
  if (next !== undefined) return next.previous === head ? null : seq;
  const last = links.at(-1)!;
  const leaf = leafOf(draft, last.entry.id);
  return leaf !== undefined && bodyHashOf(leaf) === last.hash ? null : last.seq;
}

/** Records that are there already, the same, are passed over: whoever did not hear the answer sends them again. */
function addRecords(draft: Draft, { entries, changes }: Extract<Submission, { kind: 'records' }>): Outcome {
  const other = entries.find(({ id, leaf }) => {
    const known = leafOf(draft, id);
    return known !== undefined && bodyHashOf(known) !== bodyHashOf(leaf);
  });
  if (other !== undefined) return { kind: 'idTaken', id: other.id };
  const fresh = entries.filter(({ id }) => leafOf(draft, id) === undefined);
  for (const entry of fresh) add(draft, entry);
  if (fresh.length > 0) draft.changes.push(...changes);
  return { kind: 'committed', device: null, added: fresh.length };
}

/** The leaf that the log has, or gets before this, of a record. */
function leafOf({ known, parts }: Draft, id: string): string | undefined {
  const leaf = known.get(id);
  if (leaf !== undefined) return leaf;
  for (const part of parts) {
    if (part.kind !== 'sealed') continue;
    const at = part.sealed.ids.indexOf(id);
    if (at >= 0) return part.sealed.runs.flatMap(({ leaves }) => leavesOf({ begin: 0, leaves }))[at]!.leaf;
  }
  return undefined;
}

function add(draft: Draft, entry: NewEntry): void {
  const part = draft.parts.at(-1);
  if (part?.kind === 'entries') part.entries.push(entry);
  else draft.parts.push({ kind: 'entries', entries: [entry] });
  draft.known.set(entry.id, entry.leaf);
}

function idsOf(submission: Submission, care: Care): readonly string[] {
  if (submission.kind === 'records') return submission.entries.map(({ id }) => id);
  const ids =
    submission.kind === 'sealed' ? submission.chain.sealed.ids : submission.links.map(({ entry }) => entry.id);
  // The last one's leaf shows whether a device that says old things again says the same.
  return care === 'everyId' ? ids : ids.slice(-1);
}
