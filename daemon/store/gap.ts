import type { GapRecord } from '../../hub/protocol.ts';
import { uuidv7 } from '../check/identifier.ts';

/** Says that decisions are missing before this place in the journal. `missing` is null where nobody can know how many. */
export function gapRecord(reason: GapRecord['reason'], missing: number | null, nowMs: number): GapRecord {
  return { kind: 'gap', id: uuidv7(nowMs), at: new Date(nowMs).toISOString(), reason, missing };
}
