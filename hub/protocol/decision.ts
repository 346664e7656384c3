/** Decisions as the hub shows them to people. */
import * as z from 'zod';
import { name } from './scalar.ts';

export const recordKinds = ['decision', 'gap', 'act', 'opa'] as const;
export const effects = ['allow', 'deny', 'indeterminate'] as const;

const foundRecord = z.object({
  id: z.uuid(),
  index: z.int(),
  at: z.iso.datetime(),
  received: z.iso.datetime(),
  kind: z.enum(recordKinds),
  device: name.nullable(),
  gate: name.nullable(),
  origin: name.nullable(),
  effect: z.enum(effects).nullable(),
  passed: z.boolean().nullable(),
  repository: name.nullable(),
});

/** With what its body says in short; null where that is gone, too long, or of another kind. */
const listedRecord = foundRecord.extend({
  about: z
    .object({
      /** Who acted, as git knows them, or as the hub does. */
      who: z.string(),
      /** Policies of findings, the most frequent first; at most three. */
      policies: z.array(z.object({ policy: z.string(), findings: z.int() })),
      findings: z.int(),
      /** What was done on the hub: `token.create`. */
      act: z.string().nullable(),
    })
    .nullable(),
});
export type ListedRecord = z.infer<typeof listedRecord>;

export const recordPage = z.object({ decisions: z.array(listedRecord), next: z.uuid().nullable() });
export type RecordPage = z.infer<typeof recordPage>;

/** `body` is the very text whose SHA-256 `leaf` names; null once its time has passed. */
export const shownRecord = foundRecord
  .partial()
  .extend({ id: z.uuid(), index: z.int(), leaf: z.string(), body: z.string().nullable() });
export type ShownRecord = z.infer<typeof shownRecord>;

export const overview = z.object({
  hours: z.array(
    z.object({ hour: z.iso.datetime(), gate: name, effect: name, decisions: z.int(), latencyMs: z.number() }),
  ),
  policies: z.array(z.object({ policy: name, findings: z.int(), excepted: z.int() })),
  repositories: z.array(z.object({ repository: name, effect: name, decisions: z.int() })),
  missingDecisions: z.int(),
  logSize: z.int(),
  fleet: z.object({
    devices: z.int(),
    /** The one that was not heard of for the longest time. */
    longestUnseen: z.object({ id: name, name: z.string(), seenAt: z.iso.datetime().nullable() }).nullable(),
  }),
  openChanges: z.int(),
});
export type Overview = z.infer<typeof overview>;

export const caller = z.object({ tenant: name, role: name, id: name, name, may: z.array(z.string()) });
export type CallerShown = z.infer<typeof caller>;
