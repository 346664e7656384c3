/** A rollout: who gets a new bundle first, and how strict gates are there at first. Read by devices; pure. */
import * as z from 'zod';
import type { Enforcement, Native, SourceFile } from '../model.ts';
import { once } from '../once.ts';
import { type FileProblem, readYaml } from '../policy/file.ts';
import { type Bundle, parseJson } from './bundle.ts';

/**
 * A stage of a rollout. It takes devices that its selector names and that fall into its share. Of several that take a device, the
 * one that began last counts: so a stage can be what makes an earlier one's gates strict.
 */
interface Stage {
  readonly name: string;
  /** Label → the values it may have. Empty: every device. */
  readonly selector: Readonly<Record<string, readonly string[]>>;
  /** 0 to 100, with two decimals. */
  readonly percent: number;
  /** Gate (or `*`) → the most that it does for the policies that the bundle changed. */
  readonly enforcement: Readonly<Record<string, Enforcement>>;
  /** Hours for which it has to go well before the next may begin. The hub heeds it, devices do not. */
  readonly minSuccessHours: number;
}

/** When the hub halts a rollout by itself: by how much more than with the old bundle. Rates are in percent points. */
interface Guards {
  /** Decisions that deny. */
  readonly denyRise: number;
  /** Decisions that come to no verdict. */
  readonly errorRise: number;
  /** Fewer decisions with the new bundle say nothing yet. */
  readonly leastDecisions: number;
  /** By how many milliseconds more the slowest twentieth of decisions begins. Without it latency halts nothing. */
  readonly latencyRiseMs?: number | undefined;
}

/** What its approvers agree on before a rollout begins. */
export interface RolloutPlan {
  readonly stages: readonly Stage[];
  readonly guards: Guards;
}

export interface Rollout extends RolloutPlan {
  /** Devices are shared out by this, so that the same ones are not first every time. */
  readonly id: string;
  /** The bundle that is being rolled out. */
  readonly version: number;
  /** The bundle of everybody else. */
  readonly base: number;
  /** Ids of the policies that differ between the two. */
  readonly changed: readonly string[];
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

const label = () => z.string().min(1).max(100);
const percent = () => z.number().min(0).max(100);
const stage = () =>
  z.strictObject({
    name: label(),
    selector: z.record(label(), z.array(z.string().max(200)).min(1).max(1_000)).default({}),
    percent: percent().default(100),
    enforcement: z.record(label(), z.enum(['audit', 'warn', 'deny'])).default({}),
    minSuccessHours: z.number().min(0).max(8_760).default(0),
  });
const usualGuards: Guards = { denyRise: 5, errorRise: 1, leastDecisions: 100 };
const guards = () =>
  z
    .strictObject({
      denyRise: percent().default(usualGuards.denyRise),
      errorRise: percent().default(usualGuards.errorRise),
      leastDecisions: z.int().min(1).max(1_000_000_000).default(usualGuards.leastDecisions),
      // No default: a document has to stay as it was signed, and an older device refuses what it does not know.
      latencyRiseMs: z.number().min(1).max(600_000).optional(),
    })
    .default(usualGuards);
const stages = () => z.array(stage()).min(1).max(50);

/** The form of a plan, as its author writes it. */
const planSchema = once(() =>
  z
    .strictObject({ stages: stages(), guards: guards() })
    .refine(
      ({ stages: all }) => isForAll(all.at(-1)),
      'the last stage takes every device: no selector, and 100 percent',
    ),
);

const rolloutSchema = once(() =>
  z
    .strictObject({
      schema: z.literal(1),
      id: z.string().min(1).max(200),
      version: z.int().min(1),
      base: z.int().min(1),
      changed: z.array(z.string().min(1).max(200)).max(10_000),
      stages: stages(),
      guards: guards(),
      begun: z.int().min(0),
    })
    .refine(({ version, base }) => version > base, 'the new bundle has a higher number than the old one')
    .refine(({ begun, stages: all }) => begun <= all.length, 'no more stages have begun than there are'),
);

/** Reads a plan. Never throws; null where a problem says why. */
export function readRolloutPlan(file: SourceFile): {
  readonly plan: RolloutPlan | null;
  readonly problems: readonly FileProblem[];
} {
  const checked = readYaml(file, planSchema(), { maxBytes: 100_000, what: 'rollout plan' });
  return { plan: checked.ok() ? checked.value : null, problems: checked.problems };
}

/** A rollout from one bundle to the next, with its first stage. */
export function beginRollout(
  id: string,
  { before, after, plan }: { readonly before: Bundle; readonly after: Bundle; readonly plan: RolloutPlan },
): Rollout {
  const { stages: all, guards: agreed } = plan;
  const changed = changedPolicies(before, after);
  return { id, version: after.version, base: before.version, changed, stages: all, guards: agreed, begun: 1 };
}

/** Whether every stage has begun, so that nobody is left with the old bundle. */
export function isRolledOut({ stages: all, begun }: Rollout): boolean {
  return begun === all.length && isForAll(all.at(-1));
}

/** Reads `rollout.json`; a string says what is wrong with it. Never throws. */
export function readRollout(text: string): Rollout | string {
  const parsed = parseJson(text, rolloutSchema());
  if (typeof parsed === 'string') return parsed;
  const { schema: _schema, ...rollout } = parsed;
  return rollout;
}

/** The text of a rollout. Throws where the content is no rollout. */
export function formatRollout(rollout: Rollout): string {
  return `${JSON.stringify(rolloutSchema().parse({ schema: 1, ...rollout }))}\n`;
}

/**
 * The bundle and the ring of a device. Deterministic; a device that is in stays in, since shares and begun stages only grow,
 * and one that has the new bundle already keeps it whatever becomes of its labels.
 */
export function ringOf(rollout: Rollout, device: Device, native: Pick<Native, 'sha256'>): Ring {
  const { version, base, changed } = rollout;
  const begun = rollout.stages.slice(0, rollout.begun);
  const bucket = bucketOf(rollout.id, device.id, native);
  const taken = begun.findLast((each) => selects(each, device) && bucket < Math.round(each.percent * 100));
  const holds = device.version === version;
  const own = taken ?? (holds ? (begun.findLast((each) => selects(each, device)) ?? begun.at(-1)) : undefined);
  if (own === undefined) return { name: null, version: holds ? version : base, changed: [], enforcement: {} };
  return { name: own.name, version, changed, enforcement: own.enforcement };
}

/** 0 to 9,999, evenly: hundredths of a percent. */
export function bucketOf(rollout: string, device: string, native: Pick<Native, 'sha256'>): number {
  return Number(BigInt(`0x${native.sha256(`${rollout}|${device}`)}`) % 10_000n);
}

function changedPolicies({ policies: before }: Bundle, { policies: after }: Bundle): readonly string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)].filter((path) => path.endsWith('.yaml')));
  const changed = [...paths].filter((path) => before[path] !== after[path]);
  return changed.map((path) => path.slice(0, -'.yaml'.length)).sort();
}

function isForAll(last: Stage | undefined): boolean {
  return last !== undefined && last.percent === 100 && Object.keys(last.selector).length === 0;
}

function selects({ selector }: Stage, { labels }: Device): boolean {
  return Object.entries(selector).every(
    ([label, values]) => Object.hasOwn(labels, label) && values.includes(labels[label] ?? ''),
  );
}
