/** Devices as the hub shows them to people. */
import * as z from 'zod';
import { labels } from './device.ts';

const name = z.string().max(500);

const listedDevice = z.object({
  id: name,
  name,
  keyId: name,
  platform: name,
  labels,
  enrolledAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
  seenAt: z.iso.datetime().nullable(),
  seq: z.int(),
  missing: z.int(),
  forked: z.boolean(),
  /** What it said of itself when it was seen last; null where it never did. */
  says: z
    .object({ revision: name.nullable(), ring: name.nullable(), refusal: z.string().nullable(), kerb: name })
    .nullable(),
});
export type ListedDevice = z.infer<typeof listedDevice>;

export const devicePage = z.object({ devices: z.array(listedDevice) });
export type DevicePage = z.infer<typeof devicePage>;

/** A device that waits for a person's word. */
export const waitingDevice = z.object({
  userCode: z.string(),
  name: z.string(),
  platform: z.string(),
  keyId: z.string(),
  /** The id that it gave itself. */
  device: z.string(),
  /** Whether a device of this id is here already, which gets the new key. */
  isKnown: z.boolean(),
  state: z.enum(['pending', 'allowed', 'denied']),
});
export type WaitingDevice = z.infer<typeof waitingDevice>;
