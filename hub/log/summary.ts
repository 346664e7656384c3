/** What a list shows of a record's body. Bodies are what devices sent: read as far as they are as expected. */
import * as z from 'zod';
import type { ListedRecord } from '../protocol/decision.ts';

const decisionBody = z.object({
  record: z.object({
    kind: z.literal('decision'),
    subject: z.object({ name: z.string() }),
    findings: z.array(z.object({ policy: z.string() })),
    findingCount: z.int(),
  }),
});
const actBody = z.object({ act: z.string(), by: z.object({ name: z.string() }) });
const opaBody = z.object({
  event: z.object({ requested_by: z.string().optional() }),
  receiver: z.object({ name: z.string() }),
});
const mostPolicies = 3;

export function summaryOf(kind: string, body: string | null): ListedRecord['about'] {
  if (body === null) return null;
  const value: unknown = JSON.parse(body);
  if (kind === 'act') {
    const { success, data } = actBody.safeParse(value);
    return success ? { who: data.by.name, policies: [], findings: 0, act: data.act } : null;
  }
  if (kind === 'opa') {
    const { success, data } = opaBody.safeParse(value);
    return success
      ? { who: data.event.requested_by ?? data.receiver.name, policies: [], findings: 0, act: null }
      : null;
  }
  const { success, data } = decisionBody.safeParse(value);
  if (!success) return null;
  const { subject, findings, findingCount } = data.record;
  return { who: subject.name, policies: mostFrequent(findings), findings: findingCount, act: null };
}

function mostFrequent(findings: readonly { readonly policy: string }[]) {
  const counts = new Map<string, number>();
  for (const { policy } of findings) counts.set(policy, (counts.get(policy) ?? 0) + 1);
  const ordered = [...counts].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  return ordered.slice(0, mostPolicies).map(([policy, count]) => ({ policy, findings: count }));
}
