/** What a decision is found and counted by. */
import type { DecisionRecord } from '../protocol.ts';
import type { DecisionColumns, PolicyCount } from '../store/store.ts';

export function columnsOf(decision: DecisionRecord): DecisionColumns {
  const { gate, origin, effect, passed, repository, latencyMs, findings } = decision;
  const { revision } = decision.policies;
  const policies = countPolicies(findings);
  return { gate, origin, effect, passed, repository, latencyMs, revision, policies, actor: null };
}

export function countPolicies(findings: DecisionRecord['findings']): readonly PolicyCount[] {
  const counts = new Map<string, PolicyCount>();
  for (const { policy, enforcement, exception } of findings) {
    const key = `${policy}\0${enforcement}`;
    const { findings: seen, excepted } = counts.get(key) ?? { findings: 0, excepted: 0 };
    counts.set(key, { policy, enforcement, findings: seen + 1, excepted: excepted + (exception === null ? 0 : 1) });
  }
  return [...counts.values()];
}
