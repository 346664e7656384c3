/** Figures by hour, put together into the steps of a chart: pure. */
import type { Overview } from '../../protocol/decision.ts';

export interface Span {
  readonly name: string;
  readonly words: string;
  readonly ms: number;
  readonly stepMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const spans = [
  { name: 'day', words: '24 hours', ms: dayMs, stepMs: hourMs },
  { name: 'week', words: '7 days', ms: 7 * dayMs, stepMs: 6 * hourMs },
  { name: 'month', words: '30 days', ms: 30 * dayMs, stepMs: dayMs },
] as const satisfies readonly Span[];

export function spanOf(name: string | null): Span {
  return spans.find((span) => span.name === name) ?? spans[0];
}

/** What is painted, from the bottom up. Colours are names of the style sheet's. */
export const effectSeries = [
  { effect: 'deny', name: 'denied', colour: '--deny' },
  { effect: 'indeterminate', name: 'no verdict', colour: '--warn' },
  { effect: 'allow', name: 'allowed', colour: '--allow' },
] as const;

type Counts = Readonly<Record<(typeof effectSeries)[number]['effect'], number>>;

export interface Bucket {
  /** Milliseconds since 1970. */
  readonly begin: number;
  readonly counts: Counts;
}

/** Every step up to now, those in which nothing happened too. */
export function bucketsOf(
  hours: Overview['hours'],
  { now, span: { ms, stepMs } }: { readonly now: number; readonly span: Span },
): readonly Bucket[] {
  const last = now - (now % stepMs);
  const begins = Array.from({ length: Math.round(ms / stepMs) }, (_, at) => last - (ms / stepMs - 1 - at) * stepMs);
  return begins.map((begin) => {
    const inside = hours.filter(({ hour }) => Date.parse(hour) >= begin && Date.parse(hour) < begin + stepMs);
    const of = (name: string): number =>
      inside.filter(({ effect }) => effect === name).reduce((sum, { decisions }) => sum + decisions, 0);
    return { begin, counts: { deny: of('deny'), indeterminate: of('indeterminate'), allow: of('allow') } };
  });
}
