/** One policy on one resource: narrow by `where`, ask the rule, put the message into words. */
import type { Document, Path, Resource, Span, Value } from '../model.ts';
import type { CompiledPolicy } from '../policy/compilePolicy.ts';
import { clipped, fillTemplate, isCut } from '../policy/template.ts';
import { type CompiledPattern, matchPattern, type PatternHit } from '../rule/pattern.ts';
import { judgeRego } from '../rule/rego/judge.ts';
import type { RegoResult } from '../rule/rego/result.ts';
import type { RegoRule } from '../rule/rego/rule.ts';
import { blameOf, type Element, judgeRequire, type Miss, markOf, type Scope, valueAt } from '../rule/require.ts';
import { namedPath, textBits, valueBits } from './fingerprint.ts';
import type { Judged, JudgedGroup } from './judged.ts';

const whereCost = 100_000;
const nothing: JudgedGroup = { judged: [], unknown: 0, cost: 0 };

/**
 * Judges one resource by one policy. `scope` holds the resource's variables; the policy's own are set here. A rule that
 * breaks is an `error`, never silence. `budget` bounds the work.
 */
export function judgeResource(
  policy: CompiledPolicy,
  resource: Resource,
  scope: Scope,
  document: Document,
  budget: number,
): JudgedGroup {
  if (policy.broken !== null) return { judged: [failed(policy, 'error', policy.broken)], unknown: 0, cost: 1 };
  if (budget <= 0)
    return { judged: [failed(policy, 'error', 'the budget of this document is used up')], unknown: 0, cost: 0 };
  scope.params = policy.enabled.parameters;
  const narrowed = isJudged(policy, scope, budget);
  if (narrowed.kind === 'no') return { ...nothing, cost: narrowed.cost };
  if (narrowed.kind === 'unknown') return { judged: [], unknown: 1, cost: narrowed.cost };
  if (narrowed.kind === 'error') {
    const target = policy.where === null ? null : blameOf(policy.where, scope, null);
    const error = failed(policy, 'error', `could not be judged: ${narrowed.message}`);
    const judged = target === null ? error : { ...error, target, key: `error${keyOf(target, scope)}` };
    return { judged: [judged], unknown: 0, cost: narrowed.cost };
  }
  const { rule } = policy.enabled.policy;
  if (rule.kind === 'secret') return { ...nothing, cost: narrowed.cost };
  if (policy.pattern !== null) {
    return { judged: patternHits(policy, policy.pattern, scope, document), unknown: 0, cost: narrowed.cost + 1 };
  }
  if (policy.rego !== null) return regoResults(policy, policy.rego, scope, { cost: narrowed.cost, budget });
  if (policy.require === null) return nothing;
  const { each, mark } = policy.enabled.policy;
  const { misses, unknown, cost } = judgeRequire(
    { require: policy.require, each, mark },
    scope,
    budget - narrowed.cost,
  );
  return {
    judged: misses.map((miss) => requireMiss(policy, miss, scope, resource)),
    unknown,
    cost: cost + narrowed.cost,
  };
}

/** Whether `where` takes a resource in. */
export function isJudged(
  policy: CompiledPolicy,
  scope: Scope,
  budget: number,
):
  | { readonly kind: 'yes' | 'no' | 'unknown'; readonly cost: number }
  | { readonly kind: 'error'; readonly message: string; readonly cost: number } {
  if (policy.where === null) return { kind: 'yes', cost: 0 };
  const evaluation = policy.where.evaluate(scope, { cost: Math.min(whereCost, budget) });
  const { cost } = evaluation;
  if (evaluation.kind === 'unknown') return { kind: 'unknown', cost };
  if (evaluation.kind === 'error') return { kind: 'error', message: evaluation.message, cost };
  if (typeof evaluation.value !== 'boolean') return { kind: 'error', message: 'it gave no true or false', cost };
  return { kind: evaluation.value ? 'yes' : 'no', cost };
}

/** A finding on a resource as a whole. */
export function failed(policy: CompiledPolicy, outcome: Judged['outcome'], message: string): Judged {
  return {
    policy,
    outcome,
    message,
    uncut: null,
    target: [],
    because: null,
    element: null,
    key: outcome,
    span: null,
    hit: null,
  };
}

/** A finding that knows its place. `match` is what its message sees. */
export function placed(
  policy: CompiledPolicy,
  span: Span,
  key: string,
  match: Readonly<Record<string, Value>>,
  scope: Scope,
): Judged {
  scope.params = policy.enabled.parameters;
  scope.match = match;
  const said = sayOf(policy, scope);
  delete scope.match;
  return { policy, outcome: 'fail', ...said, target: [], because: null, element: null, key, span, hit: null };
}

function regoResults(
  policy: CompiledPolicy,
  rule: RegoRule,
  scope: Scope,
  { cost: before, budget }: { readonly cost: number; readonly budget: number },
): JudgedGroup {
  const said = judgeRego(rule, scope.self as Value, policy.enabled.parameters, budget - before);
  const cost = before + said.cost;
  switch (said.kind) {
    case 'unknown':
      return { judged: [], unknown: 1, cost };
    case 'error':
      return { judged: [failed(policy, 'error', `could not be judged: ${said.message}`)], unknown: 0, cost };
    case 'results':
      return { judged: said.results.map((result) => regoResult(policy, result, scope)), unknown: 0, cost };
  }
}

function regoResult(policy: CompiledPolicy, { msg, match, path }: RegoResult, scope: Scope): Judged {
  const at = path ?? markOf(policy.enabled.policy.mark, scope.self as Value);
  const target: Path = at === null ? [] : ['self', ...at];
  const key = path === null ? `rego ${textBits(msg)}` : keyOf(target, scope);
  scope.match = match;
  const said = sayOf(policy, scope);
  delete scope.match;
  return { policy, outcome: 'fail', ...said, target, because: null, element: null, key, span: null, hit: null };
}

/** A rule that the parser refuses throws. That is the policy's fault, and is told as such. */
function patternHits(
  policy: CompiledPolicy,
  pattern: CompiledPattern,
  scope: Scope,
  document: Document,
): readonly Judged[] {
  try {
    return matchPattern(pattern, document).map((hit) => patternHit(policy, hit, scope));
  } catch (cause) {
    return [
      failed(policy, 'error', `could not be judged: ${cause instanceof Error ? cause.message : 'it was refused'}`),
    ];
  }
}

function patternHit(policy: CompiledPolicy, hit: PatternHit, scope: Scope): Judged {
  const match: Record<string, Value> = Object.create(null);
  for (const [name, { text }] of Object.entries(hit.variables)) match[name] = text;
  match.text = hit.text;
  return { ...placed(policy, hit.span, `pattern ${textBits(hit.text.replace(/\s+/g, ' '))}`, match, scope), hit };
}

function requireMiss(policy: CompiledPolicy, miss: Miss, scope: Scope, resource: Resource): Judged {
  if (miss.kind === 'error') {
    const message = `could not be judged: ${miss.message}`;
    return {
      ...failed(policy, 'error', message),
      target: miss.target,
      element: miss.element,
      key: `error${keyOf(miss.target, scope)}`,
    };
  }
  const said = messageOf(policy, miss.element, scope);
  const { target, because, element } = miss;
  const key =
    resource.span === undefined ? keyOf(target, scope) : textBits(String(valueAt(resource.self, ['text']) ?? ''));
  return { policy, outcome: 'fail', ...said, target, because, element, key, span: null, hit: null };
}

function messageOf(policy: CompiledPolicy, element: Element | null, scope: Scope): Said {
  if (element !== null) {
    scope.item = element.item;
    scope.key = element.key;
  }
  const said = sayOf(policy, scope);
  delete scope.item;
  delete scope.key;
  return said;
}

type Said = Pick<Judged, 'message' | 'uncut'>;

function sayOf(policy: CompiledPolicy, scope: Scope): Said {
  const stretches = fillTemplate(policy.message, scope);
  return { message: clipped(stretches, (text) => text), uncut: isCut(stretches) ? stretches : null };
}

function keyOf([variable, ...rest]: Path, scope: Scope): string {
  if (variable === undefined) return '';
  const root = scope[variable];
  const value = rest.length === 0 ? '' : valueBits(valueAt(root as Value, rest));
  return `${variable}${namedPath(root, rest)} ${value}`;
}
