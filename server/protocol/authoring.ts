/** What is asked about a policy that is being written: cases, coverage, mutants, preview, recordings. */
import * as z from 'zod';

/** `kerb/cases`: the cases of one policy, judged as both texts are now, unsaved. `uri` is the policy's or its page's. */
export const casesSchema = z.lazy(() => z.object({ uri: z.string().max(10_000) }));
export type CasesParams = z.infer<typeof casesSchema>;
export interface CasesAnswer {
  readonly id: string;
  readonly policy: string;
  readonly page: string;
  /** Why no case is judged: the policy or its page cannot be read, or the policy does not compile. Empty otherwise. */
  readonly problem: string;
  /** What is wrong with the page as a whole, though every case may be as drawn. */
  readonly faults: readonly string[];
  readonly cases: readonly JudgedCase[];
}
export interface JudgedCase {
  /** The block's file. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The lines that differ, or why it was skipped. */
  readonly message: string;
  /** Lines of the page from 0: the block's first, and the fence that ends it. */
  readonly first: number;
  readonly last: number;
  /** The block as it is written, and as it would be drawn. */
  readonly written: string;
  readonly drawn: string;
}

/** `kerb/coverage`: takes what `kerb/cases` takes, and tells how each condition of the policy came out over all cases. */
export interface CoverageAnswer {
  readonly policy: string;
  readonly parts: readonly CoveredRange[];
}
export interface CoveredRange {
  /** Lines and characters from 0, in the policy's file. */
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
  readonly trueCount: number;
  readonly falseCount: number;
  readonly otherCount: number;
}

/** `kerb/mutate`: takes what `kerb/cases` takes, and tells which small mistakes in the policy no case would notice. */
export interface MutationAnswer {
  readonly id: string;
  /** URI of the policy. */
  readonly policy: string;
  readonly outcome:
    | {
        readonly kind: 'tried';
        /** How many mistakes were made, one at a time. */
        readonly mutants: number;
        readonly survivors: readonly UnnoticedMutant[];
      }
    /** The cases fail as they are, or cannot be judged. */
    | { readonly kind: 'problem'; readonly message: string }
    | { readonly kind: 'cancelled' };
}
export interface UnnoticedMutant {
  /** What is different, in words. */
  readonly title: string;
  /** Where in the policy's file, from 0. */
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
  /** A small file that would show it; null where none was found. */
  readonly witness: {
    readonly name: string;
    readonly text: string;
    readonly findings: number;
    readonly mutantFindings: number;
  } | null;
}

/**
 * `kerb/preview`: what a policy would find in the workspace as it is being written. `uri` is the policy's or its page's.
 * Where a `partialResultToken` comes with it, `$/progress` tells what was found so far while that takes its time.
 */
export const previewSchema = z.lazy(() =>
  z.object({
    uri: z.string().max(10_000),
    partialResultToken: z.union([z.string().max(200), z.number()]).optional(),
  }),
);
export type PreviewParams = z.infer<typeof previewSchema>;
export interface PreviewProgress {
  readonly id: string;
  /** Files that were looked at, of how many. */
  readonly looked: number;
  readonly files: number;
  readonly counts: Readonly<Record<PreviewedState, number>>;
}
export interface PreviewAnswer {
  readonly id: string;
  readonly tookMs: number;
  readonly outcome: PreviewOutcome;
}
export type PreviewOutcome =
  | {
      readonly kind: 'judged';
      /** Files that were looked at, and those that there was no room for. */
      readonly files: number;
      readonly omitted: number;
      readonly counts: Readonly<Record<PreviewedState, number>>;
      /** At most a hundred of each state. */
      readonly findings: readonly PreviewedFinding[];
    }
  /** The policy cannot judge as it is written. */
  | { readonly kind: 'problem'; readonly message: string }
  /** A newer request is being answered, or nobody waits any more. */
  | { readonly kind: 'overtaken' };
/** Against the saved policy: `vanished` is what only that one finds. */
export type PreviewedState = 'added' | 'kept' | 'vanished';
export interface PreviewedFinding {
  readonly state: PreviewedState;
  readonly message: string;
  readonly resource: string;
  /** Relative to the policy's root. */
  readonly file: string;
  readonly uri: string;
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/**
 * `kerb/record`: a policy's evaluation, step by step: on a case, where `uri` is the policy's or its page's and `line` the
 * case's first line from 0, as `kerb/cases` tells it; or on a file, where `policy` names the policy.
 */
export const recordSchema = z.lazy(() =>
  z.object({
    uri: z.string().max(10_000),
    line: z.number().int().min(0).max(100_000_000).optional(),
    policy: z.string().max(200).optional(),
  }),
);
export type RecordParams = z.infer<typeof recordSchema>;
export type RecordAnswer =
  | {
      readonly kind: 'recorded';
      /** For `kerb/inspect`. */
      readonly recording: number;
      /** The policy's file. `uri` is null where it is Kerb's own. */
      readonly policy: { readonly id: string; readonly uri: string | null; readonly text: string };
      readonly resources: readonly string[];
      readonly nodes: readonly RecordedRange[];
      readonly steps: readonly {
        readonly resource: number;
        readonly node: number;
        readonly value: string;
        readonly variables: readonly { readonly name: string; readonly value: string }[];
      }[];
      readonly omitted: number;
    }
  | { readonly kind: 'problem'; readonly message: string };
export interface RecordedRange {
  readonly source: string;
  readonly parent: number | null;
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** `kerb/inspect`: an expression evaluated where a step was. Without one, the names that can be seen there. */
export const inspectSchema = z.lazy(() =>
  z.object({
    recording: z.number().int(),
    step: z.number().int().min(0),
    expression: z.string().max(10_000).optional(),
  }),
);
export type InspectParams = z.infer<typeof inspectSchema>;
export interface InspectAnswer {
  readonly value: string;
  readonly parts: readonly { readonly name: string; readonly expression: string }[];
}
