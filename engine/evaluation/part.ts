/** All policies on one part of a document. */

import { maySuppress } from '../exception/find.ts';
import type { Document, Part, PartContent, Problem, Resource, Span, Value } from '../model.ts';
import { once } from '../once.ts';
import type { PolicyGroup, PolicySet } from '../policy/compile.ts';
import type { CompiledPolicy } from '../policy/compilePolicy.ts';
import { isSameAt, isSameRead, type Read } from '../policy/reads.ts';
import { liftResources } from '../resource/index.ts';
import type { Scope } from '../rule/require.ts';
import { entryOf, type JudgeCache, type Remembered, type RememberedGroup, type ResourceEntry } from './cache.ts';
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
function judgeAll(judging: Judging, bench: Bench): JudgedGroup {
  const { resource, entry, budget } = judging;
  const { self, relatives } = resource;
  const before = entry?.all ?? null;
  const isSame =
    before?.self === self &&
    isEnough(budget, before.result) &&
    isSameAround(bench.policies.reads(resource.kind), before, resource);
  if (entry !== null && before !== null && isSame) {
    entry.all = { ...before, relatives };
    return before.result;
  }
  const results: JudgedGroup[] = [];
  const scope = once(() => scopeOf(resource, judging.file, bench.context));
  let left = budget;
  for (const [index, group] of bench.policies.groups(resource.kind).entries()) {
    const now = judgeGroup(group, { ...judging, budget: left }, { scope, bench }, entry?.groups[index] ?? null);
    if (entry !== null) entry.groups[index] = now;
    left -= now.result.cost;
    results.push(now.result);
  }
  const result = together(results);
  if (entry !== null) entry.all = { self, relatives, result };
  return result;
}

function together(results: readonly (JudgedGroup | null)[]): JudgedGroup {
  const judged: Judged[] = [];
  let unknown = 0;
  let cost = 0;
  for (const result of results) {
    if (result === null) continue;
    judged.push(...result.judged);
    unknown += result.unknown;
    cost += result.cost;
  }
  return { judged, unknown, cost };
}

/** Where the budget is nearly used up the order of judging matters, so that nothing may be taken over. */
function isEnough(budget: number, { cost }: JudgedGroup): boolean {
  return budget >= cost + plenty;
}

/**
 * Whether all that was read of the relatives is the same, and what stands at the places in them that were named. Plain
 * loops: this runs for every resource at every keystroke.
 */
function isSameAround(reads: readonly Read[], before: Remembered, { relatives }: Resource): boolean {
  for (const { name, path } of reads) if (!isSameRead(before.relatives[name], relatives[name], path)) return false;
  for (const { target } of before.result.judged) {
    const [variable, ...path] = target;
    if (variable === undefined || variable === 'self') continue;
    if (!isSameAt(before.relatives[variable], relatives[variable], path)) return false;
  }
  return true;
}

interface Asking {
  readonly scope: () => Scope;
  readonly bench: Bench;
}

/** Policies that read the same of the relatives: one comparison serves them all, and what each reads of `self` decides the rest. */
function judgeGroup(
  group: PolicyGroup,
  { resource, budget }: Judging,
  { scope, bench }: Asking,
  before: RememberedGroup | null,
): RememberedGroup {
  const { self, relatives } = resource;
  const known =
    before !== null && isEnough(budget, before.result) && isSameAround(group.reads, before, resource) ? before : null;
  if (known !== null && known.self === self) return { ...known, relatives };
  let cost = 0;
  const each = group.policies.map((policy, index): JudgedGroup | null => {
    const { document } = bench;
    if (isLeftOut(policy, resource, bench)) return null;
    const said = known?.each[index] ?? null;
    const one =
      known !== null && said !== null && stillSays(policy, said, known, resource)
        ? said
        : judgeSafely(policy, resource, scope(), document, budget - cost);
    cost += one.cost;
    return one;
  });
  return { self, relatives, each, result: together(each) };
}

function isLeftOut({ enabled }: CompiledPolicy, { file }: Resource, { document, policies }: Bench): boolean {
  return enabled.ignores(file ?? document.file.path) || (file !== undefined && policies.ignores(file));
}

/** Whether all that a policy read of `self` is the same, and what stands at the places in it that it named. */
function stillSays({ reads }: CompiledPolicy, { judged }: JudgedGroup, before: Remembered, now: Resource): boolean {
  if (now.span !== undefined || !reads.self.every(({ path }) => isSameRead(before.self, now.self, path))) return false;
  return judged.every(
    ({ target: [variable, ...path] }) => variable !== 'self' || isSameAt(before.self, now.self, path),
  );
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
