/** Agents of OPA as the hub shows them to people. */
import * as z from 'zod';

const opaAgent = z.object({
  /** Its label `id`. */
  id: z.string(),
  /** Name of the token that it reports with. */
  token: z.string(),
  seenAt: z.iso.datetime(),
  labels: z.record(z.string(), z.string()),
  bundles: z.array(
    z.object({
      name: z.string(),
      revision: z.string().nullable(),
      activatedAt: z.string().nullable(),
      problem: z.string().nullable(),
    }),
  ),
  /** Why its decisions do not get here. */
  logProblem: z.string().nullable(),
  /** Parts of it that are not as they should be: `bundle: NOT_READY`. */
  notReady: z.array(z.string()),
  /** Decisions that it has thrown away. */
  dropped: z.number(),
});
export const opaAgentList = z.object({ agents: z.array(opaAgent) });
export type OpaAgentShown = z.infer<typeof opaAgent>;
