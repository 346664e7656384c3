/**
 * What a candidate would have decided: recent decisions of this machine judged once more, by what is in force and by the
 * candidate, with the code that gates judge with. Nothing is decided, recorded or kept.
 */
import type { Native } from '../../engine/index.ts';
import type { DecisionRecord, ReplayObstacle, ReplaySummary } from '../../hub/protocol.ts';
import { type GitSession, openGitSession } from '../../repository/index.ts';
import { committedCase } from '../gate/bypass.ts';
import { reportFor } from '../gate/conclude.ts';
import type { JudgeParts } from '../gate/gateCase.ts';
import { stagedCase } from '../gate/judgeCommit.ts';
import type { Ruling, Rulings } from '../gate/ruling.ts';
import type { Report } from '../report/report.ts';
import type { Store } from '../store/store.ts';
import { compareJudged, createTally, type Difference } from './compare.ts';
import { findInput, type Hindrance, hindrance, type ReplayInput } from './input.ts';
import { type MadeCommit, type MadeCommits, readMadeCommits } from './madeCommits.ts';
import { type Recent, recentDecisions } from './recent.ts';
import { workTreesOf } from './workTrees.ts';

export interface ReplayOptions {
  readonly store: Pick<Store, 'entries' | 'status' | 'state' | 'verdicts'>;
  readonly native: Native;
  readonly version: string;
  readonly recent: Recent;
  /** What governs now. */
  readonly inForce: Pick<Rulings, 'of'>;
  readonly candidate: Pick<Rulings, 'of'>;
  /** Whether the time or work allowed is spent. Asked before each decision. */
  readonly isSpent: () => boolean;
}

/** A decision that would be another one. */
export interface Turned {
  readonly record: DecisionRecord;
  readonly commit: MadeCommit | null;
  readonly difference: Difference;
  /** By what is in force. */
  readonly before: Report['decision']['effect'];
  readonly after: Report['decision']['effect'];
}

export interface Replay {
  readonly summary: ReplaySummary;
  /** The newest first. */
  readonly turned: readonly Turned[];
}

/** Replays. What cannot be replayed is counted by what is in the way. */
export async function replay(options: ReplayOptions): Promise<Replay> {
  const { store, recent, isSpent } = options;
  const tally = createTally();
  const turned: Turned[] = [];
  const places = createPlaces(options);
  try {
    for (const record of recentDecisions(store, recent)) {
      const replayed = isSpent() ? hindrance('outOfTime') : await replayOne(record, places, options);
      if (replayed.kind === 'hindrance') {
        tally.miss(replayed.obstacle);
        continue;
      }
      tally.add(record, replayed.difference);
      if (replayed.difference.transition !== null) turned.push({ ...replayed, record });
    }
  } finally {
    places.close();
  }
  return { summary: tally.summary(new Date(recent.sinceMs).toISOString()), turned };
}

interface ReplayedDecision extends Omit<Turned, 'record'> {
  readonly kind: 'replayed';
}

async function replayOne(
  record: DecisionRecord,
  places: Places,
  options: ReplayOptions,
): Promise<ReplayedDecision | Hindrance> {
  let nearest: ReplayObstacle = 'repositoryGone';
  for (const root of workTreesOf(record.repository, options.store)) {
    const place = await places.at(root);
    if (place === null) continue;
    const input = await findInput(record, place.session, place.made);
    if (input.kind === 'input') return judgeBoth(record, input, place.session, options);
    nearest = input.obstacle;
    // Another clone may have what this one has let go.
    if (nearest !== 'objectGone') break;
  }
  return hindrance(nearest);
}

/** The decision is believed to be replayed where what is in force comes to what was decided, or where git knows all of it. */
async function judgeBoth(
  record: DecisionRecord,
  input: ReplayInput,
  session: GitSession,
  options: ReplayOptions,
): Promise<ReplayedDecision | Hindrance> {
  const source = { commit: input.head.commit, gate: record.gate };
  const inForce = await options.inForce.of(session, source);
  const isSame = inForce.policies.digest === record.policies.digest;
  if (!isSame && input.commit === null) return hindrance('olderPolicies');
  const before = await judgeBy(inForce, { record, input, session }, options);
  if (before === null) return hindrance('failed');
  if (isSame && before.decision.effect !== record.effect) return hindrance('notReproduced');
  const after = await judgeBy(await options.candidate.of(session, source), { record, input, session }, options);
  if (after === null) return hindrance('failed');
  const difference = compareJudged(
    { effect: before.decision.effect, findings: before.findings },
    { effect: after.decision.effect, findings: after.findings },
  );
  const effects = { before: before.decision.effect, after: after.decision.effect };
  return { kind: 'replayed', commit: input.commit, difference, ...effects };
}

interface Question {
  readonly record: DecisionRecord;
  readonly input: ReplayInput;
  readonly session: GitSession;
}

/** At the instant of the decision, and as the person who asked. Null where git failed. */
async function judgeBy(
  ruling: Ruling,
  { record, input, session }: Question,
  { store, native, version }: ReplayOptions,
): Promise<Report | null> {
  const atMs = Date.parse(record.at);
  const { subject, repository } = record;
  const parts: JudgeParts = {
    ...{ store, verdicts: store, native, version, now: () => atMs },
    identityOf: async () => ({ subject, repository }),
  };
  const question = { session, ruling: { ...ruling, setup: { ...ruling.setup, root: session.root } } };
  const judged =
    input.as === 'staged'
      ? await stagedCase(input, question, parts)
      : await committedCase(input.change, question, parts);
  if ('kind' in judged) return null;
  return reportFor(judged, { gate: record.gate, beganMs: atMs, latencyMs: 0 }, { native });
}

interface Place {
  readonly session: GitSession;
  readonly made: MadeCommits;
}

interface Places {
  /** Null where there is no repository any more. */
  at(root: string): Promise<Place | null>;
  close(): void;
}

/** One session of git for each work tree, until the replay ends. */
function createPlaces({ recent }: Pick<ReplayOptions, 'recent'>): Places {
  const open = new Map<string, Place | null>();
  return {
    async at(root) {
      const known = open.get(root);
      if (known !== undefined) return known;
      const made = await readMadeCommits(root, recent.sinceMs);
      const place = 'kind' in made ? null : { session: openGitSession(root), made };
      open.set(root, place);
      return place;
    },
    close() {
      for (const place of open.values()) place?.session.close();
    },
  };
}
