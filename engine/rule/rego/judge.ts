/** A rule of Rego on one resource. */
import { formatCelJson } from '../../cel/json.ts';
import type { CelValue } from '../../cel/value.ts';
import type { Value } from '../../model.ts';
import { inputOf } from './input.ts';
import { orRefusal, Refusal } from './refusal.ts';
import { type RegoResult, resultsOf } from './result.ts';
import type { RegoRule } from './rule.ts';

export type RegoJudgement = { readonly cost: number } & (
  | { readonly kind: 'results'; readonly results: readonly RegoResult[] }
  | { readonly kind: 'error'; readonly message: string }
  /** A template still has to fill something: Rego cannot say which values it looked at. */
  | { readonly kind: 'unknown' }
);

/** One instruction of a module costs less than a unit of CEL's work. */
const fuelPerUnit = 100;
const evaluationCost = 5_000_000;

/** Judges one resource. `parameters` are what the rule sees as `data.parameters`, where the policy has any. Never throws. */
export function judgeRego(
  rule: RegoRule,
  self: Value,
  parameters: Readonly<Record<string, CelValue>>,
  budget: number,
): RegoJudgement {
  const input = inputOf(self);
  if (input.kind === 'unknown') return { kind: 'unknown', cost: 1 };
  if (input.kind === 'too large') return { kind: 'error', message: 'it is too large for a rule of Rego', cost: 1 };
  const data = Object.keys(parameters).length === 0 ? null : formatCelJson(parameters as CelValue);
  const run = rule.evaluate(input.json, data, Math.min(evaluationCost, budget) * fuelPerUnit);
  const cost = Math.ceil((run.fuel + input.json.length) / fuelPerUnit);
  if (run.kind === 'failed') return { kind: 'error', message: run.message, cost };
  const results = orRefusal(() => resultsOf(run.value, self));
  return results instanceof Refusal
    ? { kind: 'error', message: results.message, cost }
    : { kind: 'results', results, cost };
}
