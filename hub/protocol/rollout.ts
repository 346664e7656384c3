/**
 * A rollout under way. It begins with a change that has a plan; each further stage is a change too, which its approvers sign: the
 * hub can hold a rollout back, and cannot take it further. `GET rollout` says where it stands, `POST rollout/pause` and
 * `rollout/resume` say why, `POST rollout/promotion` and `rollout/back` propose the change.
 */
import * as z from 'zod';
import { instant, name, words } from './scalar.ts';

const rolloutStates = ['running', 'paused', 'halted', 'done'] as const;

const count = z.object({
  ...{ revision: name, decisions: z.int(), denied: z.int(), failed: z.int() },
  /** What nineteen of twenty did not exceed, to 19 %. An older hub does not say. */
  latencyP95Ms: z.number().nullable().default(null),
});

export const rolloutStatus = z.object({
  rollout: z
    .object({
      id: name,
      /** `halted`: by the hub, since a guard was tripped. `done`: every stage has begun. */
      state: z.enum(rolloutStates),
      reason: words.nullable(),
      version: z.int(),
      base: z.int(),
      changed: z.array(name),
      stages: z.array(z.object({ name, percent: z.number(), selector: z.record(z.string(), z.array(z.string())) })),
      begun: z.int(),
      begunAt: instant,
      /** When the next stage may begin. */
      nextAt: instant,
      /** Since the stage began: with the new bundle, and with the old one. */
      counts: z.object({ new: count, old: count }),
    })
    .nullable(),
});
export type RolloutStatus = z.infer<typeof rolloutStatus>;

export const rolloutReason = z.strictObject({ reason: z.string().trim().min(1).max(2_000) });
