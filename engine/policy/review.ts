import type { Policy } from './policy.ts';

/** Whether a policy should have been reviewed by a day, `YYYY-MM-DD`: its reasons may no longer hold. */
export function isDueForReview({ review }: Policy, date: string): boolean {
  return review !== null && review < date;
}
