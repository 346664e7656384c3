/** What is kept between two judgements of one file, so that a keystroke costs what it changes. */
import type { DocumentCache } from '../document/index.ts';
import { createDocumentCache } from '../document/index.ts';
import type { Finding, PartContent, Resource, Value } from '../model.ts';
import { createMemo, type Memo } from '../resource/index.ts';
import type { ScanMemory } from '../rule/secret.ts';
import type { JudgedGroup } from './judged.ts';
import type { PartJudgement } from './part.ts';
import { createTally, type Tally } from './tally.ts';
import type { JudgedUnit } from './unit.ts';

/** One cache serves one open file. Nothing in it changes a result; a fresh one is always right, only slower. */
export interface JudgeCache {
  readonly documents: DocumentCache;
  /** What the entries below rest on: policies, context, path. When it changes they are dropped. */
  basis: unknown;
  memo: Memo;
  parts: WeakMap<PartContent, PartJudgement>;
  /**
   * By resource kind, then by `self`: those of the parts judged now, and of the judgement before that judged any. Two
   * generations are enough to take over what did not change, and cost the garbage collector less than weak references.
   */
  resources: ResourceEntries;
  formerResources: ResourceEntries;
  /** By the name of a unit; two generations of them too. */
  units: Map<string, JudgedUnit>;
  formerUnits: ReadonlyMap<string, JudgedUnit>;
  /** The keywords of secrets in a file of one part. */
  scan: ScanMemory;
  /** Fingerprints by what they are made of. */
  fingerprints: Map<string, string>;
  /** The findings of a part, and how often each key stands in the file: while all stand once, nothing has to be counted. */
  findings: WeakMap<PartContent, PartFindings>;
  tally: Tally;
}

/** By resource kind. */
export type ResourceEntries = Map<string, KindEntries>;

interface KindEntries {
  readonly bySelf: Map<object, ResourceEntry>;
  /** In the order in which they were judged. */
  readonly inOrder: ResourceEntry[];
}

/** What policies said of one resource: all of its kind together, and group by group. */
export interface ResourceEntry {
  all: Remembered | null;
  readonly groups: RememberedGroup[];
}

/** What was said of a resource that was like this. */
export interface Remembered {
  readonly self: Value;
  readonly relatives: Resource['relatives'];
  readonly result: JudgedGroup;
}

export interface RememberedGroup extends Remembered {
  /** Policy by policy, in the order of the group; null for one that is not asked about this file. */
  readonly each: readonly (JudgedGroup | null)[];
}

/** The findings of a part, their spans counted from its beginning. */
export interface PartFindings {
  /** The occurrence counters that the findings were given, as a text. */
  readonly occurrences: string;
  readonly findings: readonly Finding[];
}

/** An empty cache. */
export function createJudgeCache(): JudgeCache {
  return { documents: createDocumentCache(), basis: null, ...emptied() };
}

/** Begins a judgement in which some part is judged anew. */
export function nextGeneration(cache: JudgeCache): void {
  cache.formerResources = cache.resources;
  cache.resources = new Map();
  cache.formerUnits = cache.units;
  cache.units = new Map();
}

/**
 * Where what is said of a resource is kept; null for a `self` that is no object. One that is new begins with what was said of
 * the one at its turn before: most often that is itself before an edit.
 */
export function entryOf(
  now: ResourceEntries,
  before: ResourceEntries | null,
  { kind, self }: Resource,
): ResourceEntry | null {
  if (typeof self !== 'object' || self === null) return null;
  let entries = now.get(kind);
  if (entries === undefined) {
    entries = { bySelf: new Map(), inOrder: [] };
    now.set(kind, entries);
  }
  const former = before?.get(kind);
  let entry = entries.bySelf.get(self) ?? former?.bySelf.get(self);
  if (entry === undefined) entry = { all: null, groups: [...(former?.inOrder[entries.inOrder.length]?.groups ?? [])] };
  entries.bySelf.set(self, entry);
  entries.inOrder.push(entry);
  return entry;
}

/** Drops what rests on another basis. `memo` holds what adapters made of the file, which rests on none. */
export function resetCache(cache: JudgeCache, basis: unknown, memo: Memo): void {
  Object.assign(cache, emptied(), { basis, memo });
}

function emptied(): Omit<JudgeCache, 'documents' | 'basis'> {
  return {
    memo: createMemo(),
    parts: new WeakMap(),
    resources: new Map(),
    formerResources: new Map(),
    units: new Map(),
    formerUnits: new Map(),
    scan: { keywords: null },
    fingerprints: new Map(),
    findings: new WeakMap(),
    tally: createTally(),
  };
}
