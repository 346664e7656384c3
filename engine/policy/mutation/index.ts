/**
 * Whether a policy's cases prove anything: the policy is altered in one place at a time, and each alteration that no case
 * notices is a mistake that nobody would have noticed either.
 */
import type { Span } from '../../model.ts';
import { type CasesRequest, caseFiles, runCases } from '../cases.ts';
import { checkPolicies, compilePolicies } from '../compile.ts';
import { defaultConfiguration } from '../configuration.ts';
import type { Policy } from '../policy.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { linesOf } from './variants.ts';
import { differsIn, type Witness, witnessSearch } from './witness.ts';

/** An alteration that no case noticed. */
export interface Survivor {
  readonly title: string;
  /** Where in the policy's source. */
  readonly span: Span;
  /** A small input that the policy and the mutant judge differently; null where none was found. */
  readonly witness: Witness | null;
}

/** How well a page's cases pin its policy down. */
export interface MutationResult {
  readonly policy: string;
  /** Mutants that compile. */
  readonly mutants: number;
  readonly survivors: readonly Survivor[];
}

export interface MutationRequest extends CasesRequest {
  /** Finding inputs for survivors costs more than finding survivors. */
  readonly witnesses: 'find' | 'omit';
}

/** Judges every mutant of a policy by its page. Null where the page fails as it is: then it proves nothing. */
export function mutate(request: MutationRequest): MutationResult | null {
  if (hasFailed(request.policy, request)) return null;
  const mutants = mutantsOf(request.policy).filter(({ policy }) => compiles(policy, request));
  const survivors = mutants.filter((mutant) => !isNoticed(mutant, request));
  return {
    policy: request.policy.id,
    mutants: mutants.length,
    survivors: survivorsOf(survivors, request),
  };
}

function isNoticed({ policy, shows }: Mutant, request: CasesRequest): boolean {
  if (hasFailed(policy, request)) return true;
  if (shows === 'in files') return false;
  const differs = differsIn(policy, request);
  return caseFiles(request.page.text).flatMap(linesOf).some(differs);
}

function hasFailed(policy: Policy, request: CasesRequest): boolean {
  return runCases({ ...request, policy }).cases.some(({ outcome }) => outcome === 'failed');
}

function compiles(policy: Policy, { native, shared }: CasesRequest): boolean {
  const set = compilePolicies([policy], defaultConfiguration, native, shared);
  return checkPolicies(set, native).every(({ severity }) => severity !== 'error');
}

function survivorsOf(mutants: readonly Mutant[], request: MutationRequest): readonly Survivor[] {
  const witnessOf = request.witnesses === 'find' ? witnessSearch(request) : () => null;
  return mutants.map(({ policy, title, span }) => ({ title, span, witness: witnessOf(policy) }));
}
