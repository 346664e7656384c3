/** Why something cannot be carried over, and where that stands. */
import type { Path, Span } from '../../../model.ts';

/** Thrown on the way and caught by `importPolicies`: what is imported means the same, or is refused. */
export class Refusal extends Error {
  readonly path: Path;
  /** A stretch of the text at the path; null for all of it. */
  readonly within: Span | null;

  constructor(path: Path, reason: string, within: Span | null = null) {
    super(reason);
    this.path = path;
    this.within = within;
  }
}
