/** What comes of something that was asked for: what to do, to be committed with its act in the log; or why not. */
import type { OnlineKeys } from '../home.ts';
import type { Act } from '../log/act.ts';
import type { Exceptions } from '../store/query/exception.ts';
import type { Publications } from '../store/query/publication.ts';
import type { Rollouts } from '../store/query/rollout.ts';
import type { Change } from '../store/store.ts';

/** What the rules of publication and of exceptions know: they read, and leave the writing to whoever asked. */
export interface Desk {
  readonly publications: Publications;
  readonly exceptions: Exceptions;
  readonly rollouts: Rollouts;
  readonly tenant: number;
  readonly online: OnlineKeys;
  readonly now: number;
}

interface PlannedDeed extends Pick<Act, 'act' | 'subject'> {
  readonly changes: readonly Change[];
}

export interface Refused {
  readonly kind: 'refused';
  readonly status: 400 | 403 | 404 | 409 | 422;
  readonly code: string;
  readonly message: string;
}

/** `deed`: null where it was done before, and there is only the answer to give again. */
export type Ruling<T> = { readonly kind: 'done'; readonly value: T; readonly deed: PlannedDeed | null } | Refused;

export function refused(status: Refused['status'], code: string, message: string): Refused {
  return { kind: 'refused', status, code, message };
}
