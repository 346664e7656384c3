/** What makes a policy stand out: whoever answers for it looks at it again, or retires it. */
import type { Concern, ListedPolicy } from '../protocol/catalogue.ts';

type Figures = Pick<ListedPolicy, 'findings' | 'excepted' | 'complaints' | 'isDueForReview' | 'since'>;

const monthMs = 30 * 86_400_000;
/** Fewer may be chance. */
const fewestComplaints = 3;
const fewestFindings = 10;

export function concernsOf({ findings, excepted, complaints, isDueForReview, since }: Figures, now: number): Concern[] {
  const isEstablished = Date.parse(since.at) <= now - monthMs;
  return [
    ...(isDueForReview ? (['due'] as const) : []),
    ...(complaints.wrong + complaints.unclear >= fewestComplaints ? (['disputed'] as const) : []),
    ...(findings >= fewestFindings && excepted * 2 >= findings ? (['excepted'] as const) : []),
    ...(isEstablished && findings === 0 ? (['unused'] as const) : []),
  ];
}
