/** What an organisation brings to a repository: from the verified texts to policies and rules. */
import type { FileProblem } from '../policy/file.ts';
import type { Policy } from '../policy/policy.ts';
import { type PolicyFile, readPolicies } from '../policy/read.ts';
import type { VerifiedBundle } from '../trust/bundle.ts';
import { readBundle } from './bundle.ts';
import type { Ring } from './rollout.ts';
import {
  type GateSettings,
  isLocked,
  type OrganisationRules,
  type ReplayConsent,
  readOrganisationRules,
} from './rules.ts';

/** An organisation's policies and rules. Plain data: it can be handed to a thread. */
export interface Organisation {
  readonly kind: 'organisation';
  /** The bundle's number, which decisions show as their revision. */
  readonly revision: string;
  /** The rollout's stage that this device is in; null where it is in none. */
  readonly ring: string | null;
  readonly rules: OrganisationRules;
  readonly gates: GateSettings;
  readonly replay: ReplayConsent;
  /** Sorted by id. Their files begin with `organisation:`. */
  readonly policies: readonly Policy[];
  /** Markdown by policy id. */
  readonly pages: Readonly<Record<string, string>>;
  /** See `VerifiedBundle`. */
  readonly exceptions: string | null;
  /** See `Ring`. */
  readonly rollout: Pick<Ring, 'changed' | 'enforcement'> | null;
}

/** There is an organisation, and what it says cannot be relied on: no verdict rests on what is left. */
export interface OrganisationProblem {
  readonly kind: 'problem';
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** What governs at the moment; null where this device belongs to no organisation. */
export type CurrentOrganisation = Organisation | OrganisationProblem | null;

/** How an organisation's files are named; no path of a repository begins so. */
export const organisationPrefix = 'organisation:';

/**
 * Reads a verified bundle. A string says why it cannot govern: part of it would be missing, and a policy that is missing
 * denies nothing.
 */
export function organisationOf(verified: VerifiedBundle): Organisation | string {
  return organisationIn(verified);
}

/** What an organisation would be by a bundle that is only proposed: to be looked at, and never to decide by. */
export function proposedOrganisation(texts: Pick<VerifiedBundle, 'bundle' | 'exceptions'>): Organisation | string {
  return organisationIn({ ...texts, ring: null });
}

function organisationIn({
  bundle: text,
  exceptions,
  ring,
}: Pick<VerifiedBundle, 'bundle' | 'exceptions' | 'ring'>): Organisation | string {
  const bundle = readBundle(text);
  if (typeof bundle === 'string') return `the bundle cannot be read: ${bundle}`;
  const file = `${organisationPrefix}organisation.yaml`;
  const { rules, gates, replay, problems } = readOrganisationRules({ path: file, text: bundle.organisation });
  const reading = readPolicies(filesOf(bundle.policies));
  const broken = [...problems, ...reading.problems].find(({ severity }) => severity === 'error');
  if (broken !== undefined || rules === null) return saying(broken);
  return {
    kind: 'organisation',
    revision: String(bundle.version),
    ring: ring?.name ?? null,
    rules,
    gates,
    replay,
    policies: reading.policies,
    pages: pagesOf(bundle.policies),
    exceptions,
    rollout: ring === null ? null : { changed: ring.changed, enforcement: ring.enforcement },
  };
}

/** The organisation as one gate sees it: a rollout may ask some gates to be mild at first. */
export function atGate(current: CurrentOrganisation, gate: string): CurrentOrganisation {
  if (current?.kind !== 'organisation' || current.rollout === null) return current;
  const { changed, enforcement: most } = current.rollout;
  const enforcement = Object.hasOwn(most, gate) ? most[gate] : most['*'];
  if (enforcement === undefined) return current;
  return { ...current, rules: { ...current.rules, cap: { policies: changed, enforcement } } };
}

/**
 * Whether policies are older than the organisation allows. `refreshedAt`: when they were last seen to be the newest; both times
 * in milliseconds since 1970. A clock that stands before that proves nothing about age, so that is stale too; a few minutes
 * are forgiven.
 */
export function isStale(
  { maxOfflineHours }: GateSettings,
  { refreshedAt, now }: { readonly refreshedAt: number; readonly now: number },
): boolean {
  const age = now - refreshedAt;
  return age > maxOfflineHours * 3_600_000 || age < -maxClockStepMs;
}

const maxClockStepMs = 600_000;

/** Whether a repository may put a policy of its own in the place of one with this id. */
export function mayReplace(organisation: Organisation | null, id: string): boolean {
  return organisation === null || !isLocked(organisation.rules, id);
}

function filesOf(files: Readonly<Record<string, string>>): readonly PolicyFile[] {
  return Object.entries(files)
    .filter(([path]) => path.endsWith('.yaml'))
    .map(([path, text]) => ({ path: `${organisationPrefix}${path}`, id: path.slice(0, -'.yaml'.length), text }));
}

function pagesOf(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const pages = Object.entries(files).filter(([path]) => path.endsWith('.md'));
  return Object.fromEntries(pages.map(([path, text]) => [path.slice(0, -'.md'.length), text]));
}

function saying(problem: FileProblem | undefined): string {
  if (problem === undefined) return 'organisation.yaml cannot be read';
  const { file, range, message } = problem;
  return `${file.slice(organisationPrefix.length)}:${range.start.line}: ${message}`;
}
