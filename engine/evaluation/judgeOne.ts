/** All policies on one resource. What they said before is taken over as far as what they read is the same. */
import type { Document, PartContent, Resource, Value } from '../model.ts';
import { once } from '../once.ts';
import type { PolicyGroup, PolicySet } from '../policy/compile.ts';
import type { CompiledPolicy } from '../policy/compilePolicy.ts';
import { isSameAt, isSameRead, type Read } from '../policy/reads.ts';
import type { Scope } from '../rule/require.ts';
import type { JudgeCache, Remembered, RememberedGroup, ResourceEntry } from './cache.ts';
import type { Judged, JudgedGroup } from './judged.ts';
import { failed, judgeResource } from './judgeResource.ts';
import { keyOf, type Mark } from './mark.ts';
import { placeOf } from './place.ts';
import { scopeOf } from './scope.ts';

/** What is the same for all parts of a judgement. */
export interface Bench {
  readonly document: Document;
  readonly policies: PolicySet;
  readonly context: Readonly<Record<string, Value>>;
  readonly cache: JudgeCache;
}

/** More than one policy can spend on one resource. */
export const plenty = 6_000_000;

/** A resource to judge. */
export interface Judging {
  readonly resource: Resource;
  readonly content: PartContent;
  readonly entry: ResourceEntry | null;
  readonly file: Value;
  readonly budget: number;
}

/** What all policies said of one resource. */
export interface Said {
  readonly marks: readonly Mark[];
  readonly unknown: number;
  readonly cost: number;
}

/** Judges one resource, with what is known of it. */
export function judgeOne(judging: Judging, bench: Bench): Said {
  const { resource, content } = judging;
  const { judged, unknown, cost } = judgeAll(judging, bench);
  return { marks: judged.map((one) => markOf(one, resource, content, bench.document)), unknown, cost };
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
