/** A rollout: who gets a new bundle first, and how strict gates are there at first. Read by devices; pure. */
import * as z from 'zod';
import type { Enforcement, Native } from '../model.ts';
import { parseJson } from './bundle.ts';

/** A stage of a rollout. It takes devices that its selector names and that fall into its share. */
export interface Stage {
  readonly name: string;
  /** Label → the values it may have. Empty: every device. */
  readonly selector: Readonly<Record<string, readonly string[]>>;
  /** 0 to 100, with two decimals. */
  readonly percent: number;
  /** Gate (or `*`) → the most that it does for the policies that the bundle changed. */
  readonly enforcement: Readonly<Record<string, Enforcement>>;
}

export interface Rollout {
  /** Devices are shared out by this, so that the same ones are not first every time. */
  readonly id: string;
  /** The bundle that is being rolled out. */
  readonly version: number;
  /** The bundle of everybody else. */
  readonly base: number;
  /** Ids of the policies that differ between the two. */
  readonly changed: readonly string[];
  readonly stages: readonly Stage[];
  /** How many of the stages have begun. Grows; stopping a rollout is leaving it as it is. */
  readonly begun: number;
}

export interface Device {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The bundle that it has; null before the first. */
  readonly version: number | null;
}

/** What a rollout means for one device. */
export interface Ring {
  /** The stage's name; null where the device is in none. */
  readonly name: string | null;
  /** The bundle. */
  readonly version: number;
  readonly changed: readonly string[];
  readonly enforcement: Stage['enforcement'];
}

const gate = z.string().min(1).max(100);
const rolloutSchema = z
  .strictObject({
    schema: z.literal(1),
    id: z.string().min(1).max(200),
    version: z.int().min(1),
    base: z.int().min(1),
    changed: z.array(z.string().min(1).max(200)).max(10_000),
    stages: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(100),
          selector: z.record(z.string().min(1).max(100), z.array(z.string().max(200)).min(1).max(1_000)),
          percent: z.number().min(0).max(100),
          enforcement: z.record(gate, z.enum(['audit', 'warn', 'deny'])),
        }),
      )
      .min(1)
      .max(50),
    begun: z.int().min(0),
  })
  .refine(({ version, base }) => version > base, 'the new bundle has a higher number than the old one')
  .refine(({ begun, stages }) => begun <= stages.length, 'no more stages have begun than there are');

/** Reads `rollout.json`; a string says what is wrong with it. Never throws. */
export function readRollout(text: string): Rollout | string {
  const parsed = parseJson(text, rolloutSchema);
  if (typeof parsed === 'string') return parsed;
  const { schema: _schema, ...rollout } = parsed;
  return rollout;
}

/** The text of a rollout. Throws where the content is no rollout. */
export function formatRollout(rollout: Rollout): string {
  return `${JSON.stringify(rolloutSchema.parse({ schema: 1, ...rollout }))}\n`;
}

/**
 * The bundle and the ring of a device. Deterministic; a device that is in stays in, since shares and begun stages only grow,
 * and one that has the new bundle already keeps it whatever becomes of its labels.
 */
export function ringOf(rollout: Rollout, device: Device, native: Pick<Native, 'sha256'>): Ring {
  const { version, base, changed } = rollout;
  const begun = rollout.stages.slice(0, rollout.begun);
  const bucket = bucketOf(rollout.id, device.id, native);
  const taken = begun.find((stage) => selects(stage, device) && bucket < Math.round(stage.percent * 100));
  const holds = device.version === version;
  const stage = taken ?? (holds ? (begun.find((each) => selects(each, device)) ?? begun.at(-1)) : undefined);
  if (stage === undefined) return { name: null, version: holds ? version : base, changed: [], enforcement: {} };
  return { name: stage.name, version, changed, enforcement: stage.enforcement };
}

/** 0 to 9,999, evenly: hundredths of a percent. */
export function bucketOf(rollout: string, device: string, native: Pick<Native, 'sha256'>): number {
  return Number(BigInt(`0x${native.sha256(`${rollout}|${device}`)}`) % 10_000n);
}

function selects({ selector }: Stage, { labels }: Device): boolean {
  return Object.entries(selector).every(
    ([label, values]) => Object.hasOwn(labels, label) && values.includes(labels[label] ?? ''),
  );
}
