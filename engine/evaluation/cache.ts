/** What is kept between two judgements of one file, so that a keystroke costs what it changes. */
import type { DocumentCache } from '../document/index.ts';
import { createDocumentCache } from '../document/index.ts';
import type { Finding, PartContent, Value } from '../model.ts';
import { createMemo, type Memo } from '../resource/index.ts';
import type { JudgedGroup } from './judged.ts';
import type { PartJudgement } from './part.ts';

/** One cache serves one open file. Nothing in it changes a result; a fresh one is always right, only slower. */
export interface JudgeCache {
  readonly documents: DocumentCache;
  /** What the entries below rest on: policies, context, path. When it changes they are dropped. */
  basis: unknown;
  memo: Memo;
  parts: WeakMap<PartContent, PartJudgement>;
  /** By resource kind, then by `self`. */
  resources: Map<string, WeakMap<object, ResourceEntry>>;
  /** Fingerprints by what they are made of. */
  fingerprints: Map<string, string>;
  /** The findings of a part as they were last placed in the file. */
  placed: WeakMap<PartContent, PlacedPart>;
}

/** What the groups of policies said of one `self`, and the relatives that they said it of. */
export type ResourceEntry = { readonly relatives: readonly (Value | undefined)[]; readonly result: JudgedGroup }[];

export interface PlacedPart {
  readonly offset: number;
  /** The occurrence counters that the findings were given, as a text. */
  readonly occurrences: string;
  readonly findings: readonly Finding[];
}

/** An empty cache. */
export function createJudgeCache(): JudgeCache {
  return { documents: createDocumentCache(), basis: null, ...emptied() };
}

/** Drops what rests on another basis. */
export function resetCache(cache: JudgeCache, basis: unknown): void {
  Object.assign(cache, emptied(), { basis });
}

function emptied(): Omit<JudgeCache, 'documents' | 'basis'> {
  return {
    memo: createMemo(),
    parts: new WeakMap(),
    resources: new Map(),
    fingerprints: new Map(),
    placed: new WeakMap(),
  };
}
