/**
 * Whether a count stands out from what is usual. Pure, and small enough to be done by hand: what is usual is the median of
 * the same hour of the days before, and how far a count may be from it follows from the median absolute deviation (MAD).
 */

export interface Figures {
  readonly observed: number;
  /** The counts of the days before, the newest first. */
  readonly samples: readonly number[];
  readonly median: number;
  /** Median of how far the samples are from their median. */
  readonly mad: number;
  /** More than this stands out; of a count that fell, less. */
  readonly threshold: number;
}

/** Fewer days say nothing yet. */
export const fewestSamples = 14;
/** What happens less often than this in an hour is chance, or nobody's concern. */
export const fewestObserved = 20;
/** With this factor the MAD of what is spread normally is its standard deviation. */
const madToDeviation = 1.4826;
const deviations = 6;

/** Null while too little is known, and where nothing stands out. */
export function unusual(observed: number, samples: readonly number[]): Figures | null {
  if (samples.length < fewestSamples || observed < fewestObserved) return null;
  const median = medianOf(samples);
  const mad = medianOf(samples.map((sample) => Math.abs(sample - median)));
  const threshold = median + deviations * spreadOf(median, mad);
  return observed > threshold ? { observed, samples, median, mad, threshold } : null;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** How many days before are compared with. */
export const days = 28;

/** What usually happens less often than this in a day may well not happen. */
const fewestUsual = 20;
/** A day is looked at once in an hour and not with every hour of it, so that fewer deviations do. */
const deviationsBelow = 4;

/** Whether days are known well enough, and even enough, for a count that falls to stand out. */
export function isSteady(samples: readonly number[]): boolean {
  return fallen(0, samples) !== null;
}

/** Null while too little is known, and where a count is not far below what is usual. */
export function fallen(observed: number, samples: readonly number[]): Figures | null {
  if (samples.length < fewestSamples) return null;
  const median = medianOf(samples);
  if (median < fewestUsual) return null;
  const mad = medianOf(samples.map((sample) => Math.abs(sample - median)));
  const threshold = median - deviationsBelow * spreadOf(median, mad);
  return observed < threshold ? { observed, samples, median, mad, threshold } : null;
}

/** How many spreads a count is above the median. */
export function distanceOf({ observed, median, mad }: Figures): number {
  return (observed - median) / spreadOf(median, mad);
}

/** Counts are spread by the root of their median at least, however alike the days before were. */
function spreadOf(median: number, mad: number): number {
  return Math.max(madToDeviation * mad, Math.sqrt(median), 1);
}

/** Of at least one number. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
