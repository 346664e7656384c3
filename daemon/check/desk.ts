/** Policies compiled and native code loaded: what a thread needs before it judges. */
import { approvedAt, compilePolicies, exceptionsOf, type Met, readBaseline } from '../../engine/index.ts';
import { createNative, type Setup } from '../../repository/index.ts';
import type { Desk } from './judgeInput.ts';

/** What a run is about. Plain data: it crosses threads. */
export interface DeskOptions {
  readonly gate: string;
  /** Today, `YYYY-MM-DD`. */
  readonly date: string;
  readonly repairs: Desk['repairs'];
  /** Writing a new baseline needs what the old one hides. */
  readonly baseline: 'heed' | 'disregard';
  /** What approved exceptions are measured by; null heeds none. */
  readonly met: Met | null;
}

/** Makes ready what all judgements of a thread share. */
export function createDesk(setup: Setup, { gate, date, repairs, baseline, met }: DeskOptions): Desk {
  const native = createNative();
  const register = met === null ? null : exceptionsOf(setup);
  return {
    root: setup.root,
    policies: compilePolicies(setup.policies, setup.configuration, native),
    native,
    context: { gate, date },
    baseline: setup.baseline === null || baseline === 'disregard' ? null : readBaseline(setup.baseline),
    approved: register === null || met === null ? null : approvedAt(register, setup, met),
    repairs,
  };
}
