import type { Outcome, Path, Span } from '../model.ts';
import type { CompiledPolicy } from '../policy/compilePolicy.ts';
import type { Filled } from '../policy/template.ts';
import type { PatternHit } from '../rule/pattern.ts';
import type { Element } from '../rule/require.ts';

/**
 * One policy's word on one resource, before it has a place: it depends on nothing but the values that the policy reads,
 * so it is kept for as long as those are the same.
 */
export interface Judged {
  readonly policy: CompiledPolicy;
  readonly outcome: Outcome;
  readonly message: string;
  /** What the message was cut from, where it was: secrets are masked before the cut. */
  readonly uncut: readonly Filled[] | null;
  /** Begins with the variable: `['self', 'image']`. Empty: the resource as a whole. */
  readonly target: Path;
  /** Where the value that decided stands, if elsewhere. */
  readonly because: Path | null;
  readonly element: Element | null;
  /** What of the finding enters its fingerprint, beside policy, file and resource. */
  readonly key: string;
  /** For patterns and secrets, which know their place: in the part's offsets. */
  readonly span: Span | null;
  readonly hit: PatternHit | null;
}

/** All of some policies' words on one resource. */
export interface JudgedGroup {
  readonly judged: readonly Judged[];
  readonly unknown: number;
  readonly cost: number;
}
