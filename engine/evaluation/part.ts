/** All policies on one part of a document. */
import type { Document, Finding, Part, PartContent, Problem, Resource, Span, Value } from '../model.ts';
import type { PolicyGroup, PolicySet, Secrets } from '../policy/compile.ts';
import { isSameRead, readValue } from '../policy/reads.ts';
import { liftResources } from '../resource/index.ts';
import type { Scope } from '../rule/require.ts';
import { type SecretHit, scanSecrets } from '../rule/secret.ts';
import { entryOf, type JudgeCache, type ResourceEntry } from './cache.ts';
import { textBits } from './fingerprint.ts';
import type { Judged, JudgedGroup } from './judged.ts';
import { failed, isJudged, judgeResource, placed } from './judgeResource.ts';
import { createMasker } from './maskAll.ts';
import { maskedSpans } from './masks.ts';
import { type Place, placeOf } from './place.ts';

/** A finding and where it stands in its part. */
export interface Mark {
  readonly judged: Judged;
  readonly resource: Resource;
  /** What paths are located in: the part's content, or the adapter's own reading of it. */
  readonly content: PartContent;
  readonly place: Place;
  readonly because: Place | null;
  /** What its fingerprint is made of, but for the occurrence. */
  readonly key: string;
}

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
  const { document, policies, cache } = bench;
  const alone: Document = { ...document, parts: [part] };
  // An adapter may have its own reading of the part: its paths are located there.
  const lifted = liftResources(alone, cache.memo).flatMap(({ part: { content }, resources }) =>
    resources.map((resource) => ({ resource, content })),
  );
  const resources = lifted.map(({ resource }) => resource);
  const file = fileOf(document);
  const marks: Mark[] = [];
  const told = new Set<string>();
  let unknown = 0;
  let budget = partBudget;
  for (const { resource, content } of lifted) {
    const groups = policies.groups(resource.kind);
    if (groups.length === 0) continue;
    const entry = entryOf(cache, resource);
    let scope: Scope | null = null;
    for (const [index, group] of groups.entries()) {
      let result = remembered(entry?.[index], group, resource, budget);
      if (result === null) {
        scope ??= scopeOf(resource, file, bench.context);
        result = judgeGroup(group, resource, scope, document, budget);
        if (entry !== null) entry[index] = { relatives: relativesOf(group, resource), result };
      }
      budget -= result.cost;
      unknown += result.unknown;
      for (const judged of result.judged) {
        if (judged.policy.broken !== null && told.has(judged.policy.enabled.policy.id)) continue;
        told.add(judged.policy.enabled.policy.id);
        marks.push(markOf(judged, resource, content, document));
      }
    }
  }
  const secrets = scanPart(part, resources, bench);
  const spans = [...secrets.spans, ...maskedSpans(marks)];
  return {
    marks: withMaskedKeys(distinct([...marks, ...secrets.marks]), part.content.text, spans),
    secrets: spans,
    problems: secrets.problems,
    resources: resources.length,
    unknown,
    hasBroken: marks.some(({ judged }) => judged.policy.broken !== null),
  };
}

/** A resource may be named after its text. What a fingerprint is made of must not hold a secret, not even hashed. */
function withMaskedKeys(marks: readonly Mark[], text: string, secrets: readonly Span[]): readonly Mark[] {
  if (secrets.length === 0) return marks;
  const masked = createMasker(secrets.map(({ start, end }) => text.slice(start, end)));
  return marks.map((mark) => ({ ...mark, key: masked(mark.key) }));
}

/** What CEL sees as `file`. */
export function fileOf({ file: { path } }: Document): Value {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return Object.assign(Object.create(null), { path, name, extension: dot <= 0 ? '' : name.slice(dot + 1) });
}

/** What CEL sees. It has no prototype, and it is written to as policies come and go. */
export function scopeOf(resource: Resource, file: Value, context: Bench['context']): Scope {
  const scope: Scope = Object.create(null);
  scope.object = resource.self;
  for (const name of Object.keys(resource.relatives)) scope[name] = resource.relatives[name] ?? null;
  scope.self = resource.self;
  scope.file = file;
  scope.context = context;
  return scope;
}

/**
 * What a group of policies said of the same values before. Where the budget is nearly used up the order of judging
 * matters, so nothing is taken over then.
 */
function remembered(
  known: ResourceEntry[number] | undefined,
  { reads }: PolicyGroup,
  { relatives }: Resource,
  budget: number,
): JudgedGroup | null {
  if (known === undefined || budget < known.result.cost + plenty) return null;
  for (let at = 0; at < reads.length; at++) {
    const read = reads[at];
    if (read !== undefined && !isSameRead(known.relatives[at], readValue(relatives, read))) return null;
  }
  return known.result;
}

function relativesOf({ reads }: PolicyGroup, { relatives }: Resource): readonly (Value | undefined)[] {
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

function keyOf(judged: Judged, resource: Resource, document: Document): string {
  return `${judged.policy.enabled.policy.id}\0${document.file.path}\0${resource.identity}\0${judged.key}`;
}

function scanPart(
  part: Part,
  resources: readonly Resource[],
  bench: Bench,
): { readonly marks: readonly Mark[]; readonly spans: readonly Span[]; readonly problems: readonly Problem[] } {
  const { document, policies } = bench;
  const secrets = policies.secrets();
  if (secrets === null) return { marks: [], spans: [], problems: [] };
  const file = fileOf(document);
  const { hits, problem } = scanSecrets(secrets.scanner, part.content.text);
  const marks = hits.flatMap((hit) => {
    for (const candidate of [hit, ...hit.others]) {
      const mark = markSecret(candidate, secrets, part, resources, file, bench);
      if (mark !== 'elsewhere') return mark === null ? [] : [mark];
    }
    return [];
  });
  const problems = problem === null ? [] : [{ span: { start: 0, end: 0 }, message: problem }];
  const spans = hits.flatMap(({ span, others }) => [span, ...others.map((other) => other.span)]);
  return { marks, spans, problems };
}

/** `elsewhere`: the policy's `where` does not mean this place, so that the next policy has its say. */
function markSecret(
  hit: Omit<SecretHit, 'others'>,
  secrets: Secrets,
  part: Part,
  resources: readonly Resource[],
  file: Value,
  { document, context }: Bench,
): Mark | null | 'elsewhere' {
  const policy = secrets.policies.get(hit.policy);
  const resource = resources.find((one) => policy?.enabled.policy.resources.includes(one.kind));
  if (policy === undefined || resource === undefined || policy.enabled.ignores(document.file.path)) return null;
  const scope = scopeOf(resource, file, context);
  scope.params = policy.enabled.parameters;
  const narrowed = isJudged(policy, scope, partBudget);
  if (narrowed.kind === 'no') return 'elsewhere';
  if (narrowed.kind === 'unknown') return null;
  const bits = textBits(part.content.text.slice(hit.span.start, hit.span.end));
  const judged =
    narrowed.kind === 'error'
      ? failed(policy, 'error', `could not be judged: ${narrowed.message}`)
      : placed(policy, hit.span, `secret ${bits}`, { masked: hit.masked }, scope);
  const place: Place = { span: hit.span, path: [] };
  return { judged, resource, content: part.content, place, because: null, key: keyOf(judged, resource, document) };
}

/** Sorts, and drops what says the same of the same place. */
function distinct(marks: readonly Mark[]): readonly Mark[] {
  const sorted = [...marks].sort(
    (a, b) =>
      a.place.span.start - b.place.span.start ||
      a.place.span.end - b.place.span.end ||
      compare(idOf(a), idOf(b)) ||
      compare(a.judged.message, b.judged.message),
  );
  return sorted.filter((mark, index) => {
    const before = sorted[index - 1];
    return (
      before === undefined ||
      before.place.span.start !== mark.place.span.start ||
      before.place.span.end !== mark.place.span.end ||
      idOf(before) !== idOf(mark) ||
      before.judged.message !== mark.judged.message
    );
  });
}

function idOf(mark: Mark): Finding['policy'] {
  return mark.judged.policy.enabled.policy.id;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
