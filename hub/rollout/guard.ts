/** What tells that a rollout goes badly: more refusals, more crashes or slower gates with the new bundle than with the old one. Pure. */
import type { Rollout } from '../../engine/index.ts';
import { longestMsOf, unknownLatencyClass } from '../store/latency.ts';
import type { RevisionCount } from '../store/query/rollout.ts';

interface Outcomes {
  readonly revision: string;
  readonly decisions: number;
  readonly denied: number;
  /** Without a verdict. */
  readonly failed: number;
  /** Nineteen of twenty decisions took no longer, to 19 %; null where there are none. */
  readonly latencyP95Ms: number | null;
}

export interface Comparison {
  readonly new: Outcomes;
  readonly old: Outcomes;
}

export function compare({ version, base }: Rollout, rows: readonly RevisionCount[]): Comparison {
  return { new: outcomesOf(String(version), rows), old: outcomesOf(String(base), rows) };
}

/** Why a rollout has to halt, in words with the figures that say so; null where nothing speaks against it. */
export function trippedGuard({ guards }: Rollout, counts: Comparison): string | null {
  if (counts.new.decisions < guards.leastDecisions) return null;
  return (
    riseOf(counts, { key: 'denied', most: guards.denyRise, what: 'were denied' }) ??
    riseOf(counts, { key: 'failed', most: guards.errorRise, what: 'came to no verdict' }) ??
    slowed(counts, guards)
  );
}

function riseOf(
  counts: Comparison,
  { key, most, what }: { readonly key: 'denied' | 'failed'; readonly most: number; readonly what: string },
): string | null {
  const [now, before] = [percentOf(counts.new, key), percentOf(counts.old, key)];
  if (now - before <= most) return null;
  const { revision, decisions } = counts.new;
  return `of ${decisions} decisions with bundle ${revision} ${now.toFixed(1)} % ${what}, with bundle ${counts.old.revision} it is ${before.toFixed(1)} %: more than the ${most} points that were agreed on`;
}

/** A twentieth of too few is chance, so both bundles need as many decisions as were agreed on. */
function slowed({ new: now, old: before }: Comparison, { latencyRiseMs: most, leastDecisions }: Rollout['guards']) {
  if (most === undefined || before.decisions < leastDecisions) return null;
  if (now.latencyP95Ms === null || before.latencyP95Ms === null) return null;
  if (now.latencyP95Ms - before.latencyP95Ms <= most) return null;
  const [took, took0] = [now.latencyP95Ms, before.latencyP95Ms].map((ms) => `${Math.round(ms)} ms`);
  return `one in twenty of ${now.decisions} decisions with bundle ${now.revision} took longer than ${took}, with bundle ${before.revision} than ${took0}: more than the ${most} ms that were agreed on`;
}

function percentOf(outcomes: Outcomes, key: 'denied' | 'failed'): number {
  return outcomes.decisions === 0 ? 0 : (outcomes[key] / outcomes.decisions) * 100;
}

function outcomesOf(revision: string, rows: readonly RevisionCount[]): Outcomes {
  const own = rows.filter((row) => row.revision === revision);
  const sum = (effect?: string): number => totalOf(own.filter((row) => effect === undefined || row.effect === effect));
  return {
    revision,
    decisions: sum(),
    denied: sum('deny'),
    failed: sum('indeterminate'),
    latencyP95Ms: quantileMs(own, 0.95),
  };
}

/** The least class that so many do not exceed. */
function quantileMs(rows: readonly RevisionCount[], quantile: number): number | null {
  const known = rows.filter(({ latency }) => latency !== unknownLatencyClass).sort((a, b) => a.latency - b.latency);
  const enough = totalOf(known) * quantile;
  let counted = 0;
  for (const { latency, decisions } of known) {
    counted += decisions;
    if (counted >= enough) return longestMsOf(latency);
  }
  return null;
}

function totalOf(rows: readonly RevisionCount[]): number {
  return rows.reduce((total, { decisions }) => total + decisions, 0);
}
