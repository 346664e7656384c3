/** Secrets in a part: one scan for all secret policies. */
import type { Part, Problem, Resource, Span, Unit, Value } from '../model.ts';
import type { Secrets } from '../policy/compile.ts';
import { isUnit } from '../resource/index.ts';
import { type ScanMemory, type SecretHit, scanSecrets } from '../rule/secret.ts';
import { textBits } from './fingerprint.ts';
import type { Bench } from './judgeOne.ts';
import { failed, isJudged, placed } from './judgeResource.ts';
import { keyOf, type Mark } from './mark.ts';
import type { Place } from './place.ts';
import { fileOf, scopeOf } from './scope.ts';

/** What one `where` may cost. */
const whereBudget = 1_000_000;

/**
 * The findings of secret policies, and where there are secrets at all, whichever policies are on. What a policy that
 * knows the place has `named` a secret already is not reported a second time by one that only sees a password there.
 */
export function scanPart(
  part: Part,
  lifted: readonly (Resource | Unit)[],
  bench: Bench,
  named: readonly Span[],
): { readonly marks: readonly Mark[]; readonly spans: readonly Span[]; readonly problems: readonly Problem[] } {
  const { document, policies } = bench;
  const secrets = policies.secrets();
  if (secrets === null) return { marks: [], spans: [], problems: [] };
  const file = fileOf(document);
  const { hits, problem } = scanSecrets(secrets.scanner, part.content.text, memoryOf(bench, part));
  const marks = hits.flatMap((hit) => {
    if (isFormless(hit) && named.some((span) => overlaps(span, hit.span))) return [];
    for (const candidate of [hit, ...hit.others]) {
      const mark = markSecret(candidate, secrets, part, lifted, file, bench);
      if (mark !== 'elsewhere') return mark === null ? [] : [mark];
    }
    return [];
  });
  const problems = problem === null ? [] : [{ span: { start: 0, end: 0 }, message: problem }];
  const spans = hits.flatMap(({ span, others }) => [span, ...others.map((other) => other.span)]);
  return { marks, spans, problems };
}

/** A file of one part is one text, most of which is the same after an edit. Parts of many are short. */
function memoryOf({ document, cache }: Bench, part: Part): ScanMemory | null {
  return document.parts.length === 1 && part.content.text.length > shortText ? cache.scan : null;
}

/** Not worth remembering. In UTF-16 units. */
const shortText = 4_096;

/** Whether nothing in the secret itself says whose it is. */
function isFormless({ masked }: SecretHit): boolean {
  return masked === '…';
}

function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

/** `elsewhere`: the policy's `where` does not mean this place, so that the next policy has its say. */
function markSecret(
  hit: Omit<SecretHit, 'others'>,
  secrets: Secrets,
  part: Part,
  lifted: readonly (Resource | Unit)[],
  file: Value,
  { document, context }: Bench,
): Mark | null | 'elsewhere' {
  const policy = secrets.policies.get(hit.policy);
  const resource = firstOf(lifted, policy?.enabled.policy.resources ?? []);
  if (policy === undefined || resource === undefined || policy.enabled.ignores(document.file.path)) return null;
  const scope = scopeOf(resource, file, context);
  scope.params = policy.enabled.parameters;
  const narrowed = isJudged(policy, scope, whereBudget);
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

function firstOf(lifted: readonly (Resource | Unit)[], kinds: readonly string[]): Resource | undefined {
  for (const one of lifted) {
    if (!isUnit(one)) {
      if (kinds.includes(one.kind)) return one;
      continue;
    }
    const inside = one.kinds.some((kind) => kinds.includes(kind)) ? one.resources() : [];
    const found = inside.find(({ kind }) => kinds.includes(kind));
    if (found !== undefined) return found;
  }
  return undefined;
}
