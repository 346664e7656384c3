/** All policies on one part of a document. */

import { maySuppress } from '../exception/find.ts';
import type { Document, Part, PartContent, Problem, Resource, Span, Value } from '../model.ts';
import type { PolicyGroup, PolicySet } from '../policy/compile.ts';
import { isSameRead, type Read, readValue } from '../policy/reads.ts';
import { liftResources } from '../resource/index.ts';
import type { Scope } from '../rule/require.ts';
import { entryOf, type JudgeCache, type Remembered, type ResourceEntry } from './cache.ts';
import type { Judged, JudgedGroup } from './judged.ts';
import { failed, judgeResource } from './judgeResource.ts';
import { distinct, isFirstWord, keyOf, type Mark, withMaskedKeys } from './mark.ts';
import { maskedSpans } from './masks.ts';
import { placeOf } from './place.ts';
import { scanPart } from './scan.ts';
import { fileOf, scopeOf } from './scope.ts';
import { createUnits, type Said } from './unit.ts';

/** What all policies said of a part. It does not depend on where in the file the part stands. */
export interface PartJudgement {
  /** Sorted by start, policy and path; no two say the same. */
  readonly marks: readonly Mark[];
  /** Where the part holds secrets, whichever policies are on: no message may show one. */
  readonly secrets: readonly Span[];
  /** Why not all of the part was looked at for secrets, in its offsets. */
  readonly problems: readonly Problem[];
  readonly resources: number;
  readonly unknown: number;
  /** Whether a policy that is itself broken is among the marks. */
  readonly hasBroken: boolean;
  /** Whether the part's text may hold a suppression. */
  readonly maySuppress: boolean;
}

/** What is the same for all parts of a judgement. */
export interface Bench {
  readonly document: Document;
  readonly policies: PolicySet;
  readonly context: Readonly<Record<string, Value>>;
  readonly cache: JudgeCache;
}

/** Units of work for one part: beyond them rules are errors. About a second. */
const partBudget = 50_000_000;
/** More than one policy can spend on one resource. */
const plenty = 1_000_000;

/** Judges one part, with what the cache knows of its resources. */
export function judgePart(part: Part, bench: Bench): PartJudgement {
  const { document, cache } = bench;
  const alone: Document = { ...document, parts: [part] };
  // An adapter may have its own reading of the part: its paths are located there.
  const lifted = liftResources(alone, cache.memo).flatMap(({ part: { content }, resources }) =>
    resources.map((resource) => ({ resource, content })),
  );
  const resources = lifted.map(({ resource }) => resource);
  const { marks, unknown } = judgeLifted(lifted, bench, cache.units) ?? judgeLifted(lifted, bench, null)!;
  const named = maskedSpans(marks);
  const secrets = scanPart(part, resources, bench, named);
  const spans = [...secrets.spans, ...named];
  return {
    marks: withMaskedKeys(distinct([...marks, ...secrets.marks]), part.content.text, spans),
    secrets: spans,
    problems: secrets.problems,
    resources: resources.length,
    unknown,
    hasBroken: marks.some(({ judged }) => judged.policy.broken !== null),
    maySuppress: maySuppress(part.content.text),
  };
}

interface LiftedResource {
  readonly resource: Resource;
  readonly content: PartContent;
}

/**
 * Judges resources in their order, those of units that are known excepted. Null where the budget is then nearly used up:
 * the order of judging matters for what is left, so that nothing may be taken over.
 */
function judgeLifted(
  lifted: readonly LiftedResource[],
  bench: Bench,
  known: JudgeCache['units'] | null,
): { readonly marks: readonly Mark[]; readonly unknown: number } | null {
  const { document, policies, cache } = bench;
  const units = known === null ? null : createUnits(known, policies);
  const file = fileOf(document);
  const marks: Mark[] = [];
  const told = new Set<string>();
  let unknown = 0;
  let budget = partBudget;
  for (const { resource, content } of lifted) {
    if (policies.groups(resource.kind).length === 0) continue;
    const taken = units?.take(resource, content) ?? null;
    const entry = taken === null ? entryOf(cache, resource, units?.entryOf(resource) ?? null) : taken.entry;
    const said = taken ?? judgeOne({ resource, content, entry, file, budget }, bench);
    units?.note(resource, said);
    budget -= said.cost;
    if (budget < plenty && units !== null) return null;
    unknown += said.unknown;
    for (const mark of said.marks) if (isFirstWord(mark, told)) marks.push(mark);
  }
  units?.keep();
  return { marks, unknown };
}
interface Judging extends LiftedResource {
  readonly entry: ResourceEntry | null;
  readonly file: Value;
  readonly budget: number;
}

function judgeOne(judging: Judging, bench: Bench): Said {
  const { resource, content, entry } = judging;
  const { judged, unknown, cost } = judgeAll(judging, bench);
  const marks = judged.map((one) => markOf(one, resource, content, bench.document));
  return { kind: resource.kind, self: resource.self, marks, unknown, cost, entry };
}

/** All policies of a resource's kind: what they said before, as far as what they read is the same. */
function judgeAll({ resource, entry, file, budget }: Judging, bench: Bench): JudgedGroup {
  const { policies } = bench;
  const reads = policies.reads(resource.kind);
  const before = remembered(entry?.all, reads, resource, budget);
  if (before !== null) return before;
  const results: JudgedGroup[] = [];
  let scope: Scope | null = null;
  let left = budget;
  for (const [index, group] of policies.groups(resource.kind).entries()) {
    let result = remembered(entry?.groups[index], group.reads, resource, left);
    if (result === null) {
      scope ??= scopeOf(resource, file, bench.context);
      result = judgeGroup(group, resource, scope, bench.document, left);
      if (entry !== null) entry.groups[index] = { relatives: relativesOf(group.reads, resource), result };
    }
    left -= result.cost;
    results.push(result);
  }
  const result = together(results);
  if (entry !== null) entry.all = { relatives: relativesOf(reads, resource), result };
  return result;
}

function together(results: readonly JudgedGroup[]): JudgedGroup {
  return {
    judged: results.flatMap(({ judged }) => judged),
    unknown: results.reduce((sum, { unknown }) => sum + unknown, 0),
    cost: results.reduce((sum, { cost }) => sum + cost, 0),
  };
}

/**
 * What policies said of the same values before. Where the budget is nearly used up the order of judging matters, so
 * nothing is taken over then.
 */
function remembered(
  known: Remembered | null | undefined,
  reads: readonly Read[],
  { relatives }: Resource,
  budget: number,
): JudgedGroup | null {
  if (known === undefined || known === null || budget < known.result.cost + plenty) return null;
  // A plain loop: this runs for every resource at every keystroke.
  for (let at = 0; at < reads.length; at++) {
    const read = reads[at];
    if (read !== undefined && !isSameRead(known.relatives[at], readValue(relatives, read))) return null;
  }
  return known.result;
}

function relativesOf(reads: readonly Read[], { relatives }: Resource): readonly (Value | undefined)[] {
  return reads.map((read) => readValue(relatives, read));
}

/** Policies that read the same variables are remembered together: one comparison serves them all. */
function judgeGroup(
  { policies }: PolicyGroup,
  resource: Resource,
  scope: Scope,
  document: Document,
  budget: number,
): JudgedGroup {
  const judged: Judged[] = [];
  let unknown = 0;
  let cost = 0;
  for (const policy of policies) {
    if (policy.enabled.ignores(document.file.path)) continue;
    const one = judgeSafely(policy, resource, scope, document, budget - cost);
    judged.push(...one.judged);
    unknown += one.unknown;
    cost += one.cost;
  }
  return { judged, unknown, cost };
}

/** A crash of one rule is that rule's error: the others still judge. Its text may quote the document, so it is not shown. */
function judgeSafely(...request: Parameters<typeof judgeResource>): JudgedGroup {
  try {
    return judgeResource(...request);
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'a fault';
    return { judged: [failed(request[0], 'error', `could not be judged: ${name} inside Kerb`)], unknown: 0, cost: 1 };
  }
}

function markOf(judged: Judged, resource: Resource, content: PartContent, document: Document): Mark {
  const place = judged.span === null ? placeOf(content, resource, judged.target) : { span: judged.span, path: [] };
  const because = judged.because === null ? null : placeOf(content, resource, judged.because);
  return { judged, resource, content, place, because, key: keyOf(judged, resource, document) };
}
