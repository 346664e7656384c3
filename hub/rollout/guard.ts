/** What tells that a rollout goes badly: more refusals or more crashes with the new bundle than with the old one. Pure. */
import type { Rollout } from '../../engine/index.ts';
import type { RevisionCount } from '../store/query/rollout.ts';

export interface Outcomes {
  readonly revision: string;
  readonly decisions: number;
  readonly denied: number;
  /** Without a verdict. */
  readonly failed: number;
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
    riseOf(counts, { key: 'failed', most: guards.errorRise, what: 'came to no verdict' })
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

function percentOf(outcomes: Outcomes, key: 'denied' | 'failed'): number {
  return outcomes.decisions === 0 ? 0 : (outcomes[key] / outcomes.decisions) * 100;
}

function outcomesOf(revision: string, rows: readonly RevisionCount[]): Outcomes {
  const own = rows.filter((row) => row.revision === revision);
  const sum = (effect?: string): number =>
    own.filter((row) => effect === undefined || row.effect === effect).reduce((total, row) => total + row.decisions, 0);
  return { revision, decisions: sum(), denied: sum('deny'), failed: sum('indeterminate') };
}
