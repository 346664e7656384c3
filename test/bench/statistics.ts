/** What a benchmark says of its samples: medians and p95, in tables that docs/benchmarks.md shows as they are. */

export interface Summary {
  readonly samples: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Nearest-rank quantiles of samples in any unit. Throws when there is no sample: a bench without figures is broken. */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new Error('a benchmark without samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (quantile: number): number => sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? Number.NaN;
  return { samples: sorted.length, median: at(0.5), p95: at(0.95), max: at(1) };
}

/** Milliseconds as people read them: two digits that matter. */
export function formatMs(ms: number): string {
  if (ms < 1) return ms.toFixed(2);
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}

/** A Markdown table; the first column is left-aligned, the others right-aligned. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
