/** The decision of a job of CI: one record, with what the platform says of who made it. */
import { canonicalize } from '../../engine/index.ts';
import type { Caller } from '../identity/authenticate.ts';
import type { Job } from '../identity/ci.ts';
import { newEntry } from '../log/entry.ts';
import type { DecisionRecord } from '../protocol.ts';
import { actorText } from '../store/actor.ts';
import type { NewEntry } from '../store/store.ts';
import { columnsOf } from './columns.ts';
import { type Mask, maskedValue } from './mask.ts';

export type JobDecision =
  | { readonly kind: 'entry'; readonly entry: NewEntry }
  | { readonly kind: 'refused'; readonly why: string };

const maxSkewMs = 600_000;

export function jobDecision(record: DecisionRecord, { caller, job, received, mask }: JobContext): JobDecision {
  const why = objectionTo(record, job, received);
  if (why !== null) return { kind: 'refused', why };
  const text = canonicalize({
    job: { ...job, rule: { id: caller.id } },
    kind: 'decision',
    record: maskedValue(record, mask),
  });
  const at = Date.parse(record.at);
  const body = { id: record.id, at, received, kind: 'decision' as const, device: null, seq: null, text };
  const actor = actorText({ issuer: job.issuer, subject: job.subject });
  return { kind: 'entry', entry: newEntry({ ...body, decision: { ...columnsOf(record), actor } }) };
}

export interface JobContext {
  readonly caller: Pick<Caller, 'id'>;
  readonly job: Job;
  readonly received: number;
  readonly mask: Mask;
}

/** A job speaks of now, and of the repository that it runs for. */
function objectionTo({ at, origin, repository }: DecisionRecord, { claims }: Job, now: number): string | null {
  if (Math.abs(Date.parse(at) - now) > maxSkewMs)
    return `the decision is of ${at}, and here it is ${new Date(now).toISOString()}`;
  if (origin !== 'gate') return 'a job sends what its own gate decided';
  const own = claims.repository ?? claims.project_path;
  if (own === undefined) return 'the token does not say for which repository the job runs';
  const isOwn =
    repository.toLowerCase() === own.toLowerCase() || repository.toLowerCase().endsWith(`/${own.toLowerCase()}`);
  return isOwn ? null : `the job runs for ${own}, and the decision is of ${repository}`;
}
