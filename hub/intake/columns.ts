/** What a decision is found and counted by. */
import type { DecisionRecord } from '../protocol.ts';
import { plainText } from '../store/plainText.ts';
import type { DecisionColumns, PolicyCount } from '../store/store.ts';

export function columnsOf(decision: DecisionRecord): DecisionColumns {
  const { gate, origin, effect, passed, repository, latencyMs, findings } = decision;
  const { revision } = decision.policies;
  const policies = countPolicies(findings);
  const texts = { gate: plainText(gate), repository: plainText(repository), revision: plainText(revision) };
  return { ...texts, origin, effect, passed, latencyMs, policies, actor: null };
}

export function countPolicies(findings: DecisionRecord['findings']): readonly PolicyCount[] {
  const counts = new Map<string, PolicyCount>();
  for (const { policy: named, enforcement, exception } of findings) {
    const policy = plainText(named);
    const key = `${policy}\0${enforcement}`;
    const { findings: seen, excepted } = counts.get(key) ?? { findings: 0, excepted: 0 };
    counts.set(key, { policy, enforcement, findings: seen + 1, excepted: excepted + (exception === null ? 0 : 1) });
  }
  return [...counts.values()];
}
