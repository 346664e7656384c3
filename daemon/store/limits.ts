/** How much the store keeps. */

export interface StoreLimits {
  /** Entries that the journal keeps at most. */
  readonly maxEntries: number;
  /** UTF-8 bytes of all entries together. */
  readonly maxBytes: number;
  /** Entries that may go are kept this long for those who look into them. */
  readonly retentionMs: number;
  /** Decisions that are remembered by tree and commit, also when their entries have gone. */
  readonly maxFacts: number;
  /** Judged files. */
  readonly maxVerdicts: number;
  /** Requests for exceptions, and what was said of findings. */
  readonly maxRequests: number;
}

const dayMs = 86_400_000;

export const defaultLimits: StoreLimits = {
  maxEntries: 200_000,
  maxBytes: 256 * 1024 * 1024,
  retentionMs: 90 * dayMs,
  maxFacts: 200_000,
  maxVerdicts: 50_000,
  maxRequests: 1_300,
};
