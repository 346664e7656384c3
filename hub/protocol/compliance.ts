/** How the organisation does by the controls that its policies name. */
import * as z from 'zod';
import { name } from './scalar.ts';

/** Of a sample: `of` values. Null where there is none. */
const spread = z.object({ of: z.int(), medianMs: z.number().nullable(), p90Ms: z.number().nullable() });
export type Spread = z.infer<typeof spread>;

export const complianceReport = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  decisions: z.object({ total: z.int(), allow: z.int(), deny: z.int(), indeterminate: z.int() }),
  controls: z.array(
    z.object({
      control: name,
      framework: z.string(),
      policies: z.array(name),
      findings: z.int(),
      excepted: z.int(),
      /** Findings that no exception covers, to 1,000 decisions. */
      openPerThousand: z.number(),
    }),
  ),
  exceptions: z.object({
    waiting: z.int(),
    inForce: z.int(),
    endingSoon: z.int(),
    /** Findings that an exception covered, and refusals, within the time. */
    exceptedFindings: z.int(),
    denials: z.int(),
  }),
  /** From a refusal at its gate to the hub's knowing it, of the newest 500. */
  timeToDetect: spread,
  /** From a finding that refused to the next pass of the same device at the same gate of the repository. `open`: none yet. */
  timeToFix: spread.extend({ open: z.int() }),
  latency: z.object({
    gates: z.array(z.object({ gate: name, decisions: z.int(), meanMs: z.number() })),
    /** Of the last day, exact to 19 %. */
    lastDay: z.object({
      of: z.int(),
      p50Ms: z.number().nullable(),
      p95Ms: z.number().nullable(),
      p99Ms: z.number().nullable(),
    }),
  }),
  /** What git's hooks waited for: the gates commit, message and push. */
  hooks: z.object({ decisions: z.int(), meanMs: z.number().nullable(), totalSeconds: z.number() }),
});
export type ComplianceReport = z.infer<typeof complianceReport>;
