/** Findings of decisions, read back from the log's records: what left the device, and no person. */
import * as z from 'zod';
import { recordedFinding } from '../protocol/journal.ts';
import type { ListedRow } from '../store/query/search.ts';

const body = z.object({
  record: z.object({
    target: z.object({ commit: z.string().nullable() }),
    policies: z.object({ revision: z.string() }),
    findings: z.array(recordedFinding),
  }),
});

export interface ExportedFinding extends z.infer<typeof recordedFinding> {
  readonly decision: ListedRow;
  readonly commit: string | null;
  readonly revision: string;
}

/** Those of decisions whose body is there and not too long to be listed. */
export function findingsOf(rows: readonly ListedRow[]): readonly ExportedFinding[] {
  return rows.flatMap((decision) => {
    const { success, data } = body.safeParse(decision.body === null ? null : JSON.parse(decision.body));
    if (!success) return [];
    const { target, policies, findings } = data.record;
    return findings.map((finding) => ({ ...finding, decision, commit: target.commit, revision: policies.revision }));
  });
}
