/** What a group of submissions does to the log: a function of the log's end, so that it can be asked again. */
import { grow } from '../../engine/index.ts';
import { sha256 } from '../cryptography.ts';
import type { Appendix, Change, DeviceHead, LogState, NewEntry, Wanted } from '../store/store.ts';
import { bodyHashOf } from './entry.ts';

/** `chain`: consecutive entries of one device, which follow each other. `records`: each is taken once, by its id. */
export type Submission =
  | { readonly kind: 'chain'; readonly device: string; readonly links: readonly ChainLink[] }
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
    if (submission.kind === 'chain') devices.add(submission.device);
    for (const id of idsOf(submission, care)) ids.add(id);
  }
  return { devices: [...devices], ids: [...ids] };
}

export function planAppend(submissions: readonly Submission[], state: LogState): Appendix<readonly Outcome[]> {
  const draft: Draft = { entries: [], changes: [], devices: new Map(), known: new Map(state.known), state };
  const outcomes = submissions.map((submission) =>
    submission.kind === 'chain' ? addChain(draft, submission) : addRecords(draft, submission),
  );
  const leaves = draft.entries.map(({ leafHash }) => leafHash);
  return {
    ...grow(state.frontier, leaves, sha256),
    entries: draft.entries,
    devices: [...draft.devices.values()],
    changes: draft.changes,
    outcome: outcomes,
  };
}

interface Draft {
  readonly entries: NewEntry[];
  readonly changes: Change[];
  readonly devices: Map<string, DeviceHead>;
  readonly known: Map<string, string>;
  readonly state: LogState;
}

type ChainSubmission = Extract<Submission, { kind: 'chain' }>;

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
  const leaf = draft.known.get(last.entry.id);
  return leaf !== undefined && bodyHashOf(leaf) === last.hash ? null : last.seq;
}

/** Records that are there already, the same, are passed over: whoever did not hear the answer sends them again. */
function addRecords(draft: Draft, { entries, changes }: Extract<Submission, { kind: 'records' }>): Outcome {
  const other = entries.find(({ id, leaf }) => {
    const known = draft.known.get(id);
    return known !== undefined && bodyHashOf(known) !== bodyHashOf(leaf);
  });
  if (other !== undefined) return { kind: 'idTaken', id: other.id };
  const fresh = entries.filter(({ id }) => !draft.known.has(id));
  for (const entry of fresh) add(draft, entry);
  if (fresh.length > 0) draft.changes.push(...changes);
  return { kind: 'committed', device: null, added: fresh.length };
}

function add(draft: Draft, entry: NewEntry): void {
  draft.entries.push(entry);
  draft.known.set(entry.id, entry.leaf);
}

function idsOf(submission: Submission, care: Care): readonly string[] {
  if (submission.kind === 'records') return submission.entries.map(({ id }) => id);
  const ids = submission.links.map(({ entry }) => entry.id);
  // The last one's leaf shows whether a device that says old things again says the same.
  return care === 'everyId' ? ids : ids.slice(-1);
}
