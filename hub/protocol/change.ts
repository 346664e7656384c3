/**
 * How policies are changed: an author proposes, approvers sign the targets metadata that would publish the proposal, each with
 * a key of their own that the hub never has, and at the threshold it is published.
 *
 * `POST changes` proposes; `GET changes` lists; `GET changes/ID` shows one with its text and the draft that is signed;
 * `POST changes/ID/signatures` takes a signature; `DELETE changes/ID` withdraws it. `POST root` takes a signed root.
 */
import * as z from 'zod';
import { instant, name } from './scalar.ts';

const title = z.string().min(1).max(200);
const text = z.string().max(1_000_000);

export const changeProposal = z.strictObject({
  title,
  organisation: text,
  /** Policies and their pages by path; the bundle's own form is the engine's. */
  policies: z.record(z.string().min(1).max(300), text),
  /** `rollout.yaml`, as the engine reads a plan: in which stages it goes out. Null: to everybody at once. */
  rollout: text.nullable().default(null),
  /** The change that this is a later version of: it is closed, and what was said of it stays in sight. */
  replaces: z.uuid().optional(),
});
export type ChangeProposal = z.infer<typeof changeProposal>;

const changeSummary = z.object({
  id: name,
  state: z.enum(['open', 'published', 'withdrawn', 'outdated']),
  author: name,
  title,
  /** The number of the bundle that it would be. */
  number: z.int().min(1),
  openedAt: instant,
  /** The change that it is a later version of. An older hub does not say. */
  replaces: name.nullable().optional(),
});
export type ChangeSummary = z.infer<typeof changeSummary>;

export const changeList = z.object({ changes: z.array(changeSummary).max(200) });

export const changeShown = changeSummary.extend({
  threshold: z.int().min(1),
  approvals: z.array(z.object({ keyId: name, owner: name, at: instant })).max(100),
  /** `policies/N.json`. */
  bundle: z.string().max(32_000_000),
  /** `rollout.json`, where it goes out in stages, or is the next stage of what does. */
  rollout: z.string().max(1_000_000).nullable(),
  /** The signed part of the targets metadata. */
  draft: z.record(z.string(), z.unknown()),
});
export type ChangeShown = z.infer<typeof changeShown>;

export const changeSignature = z.strictObject({
  keyId: z.string().min(1).max(100),
  /** Ed25519 over the draft's canonical JSON as TUF has it, hex. */
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});
export type ChangeSignature = z.infer<typeof changeSignature>;

/** What a signature came to. */
export const changeOutcome = z.object({
  state: z.enum(['open', 'published']),
  approvals: z.int().min(1),
  threshold: z.int().min(1),
});

const maxSigners = 100;

/** Signed metadata as far as the hub reads it by itself; the rest is for the verification of TUF. */
export const signedRoot = z.object({
  signed: z.looseObject({ _type: z.literal('root'), version: z.int().min(1) }),
  signatures: z.array(z.strictObject({ keyid: name, sig: z.string().max(1_000) })).max(maxSigners),
});
