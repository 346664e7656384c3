/** Whether the rules themselves are sound: those that govern, and those that a change would bring. */
import path from 'node:path';
import { checkPolicies, compilePolicies, type FileProblem, type Native, type PolicySet } from '../../engine/index.ts';
import {
  type Change,
  configurationName,
  isBuiltIn,
  isInside,
  loadSetup,
  type Origin,
  type Setup,
} from '../../repository/index.ts';

/** What is wrong with configuration and policies. One of severity `error` leaves no verdict. */
export function ruleProblems(setup: Setup, set: PolicySet, native: Native): FileProblem[] {
  return [...setup.problems, ...set.problems, ...broughtProblems(setup, set, native)];
}

/**
 * The errors that a change would bring into the rules. They do not govern the change, but after it no check would come to
 * a verdict, so it comes to none itself. What is wrong in the base already is left out.
 */
export async function problemsOfNewRules(change: Change, base: Setup, native: Native): Promise<FileProblem[]> {
  if (!change.touched.some((file) => governs(file, base))) return [];
  const origin: Origin = change.head === null ? { kind: 'index' } : { kind: 'commit', commit: change.head };
  const next = await loadSetup({ root: base.root, origin, folders: [], organisation: base.organisation });
  const known = new Set(problemsOf(base, native).map(keyOf));
  return problemsOf(next, native).filter((problem) => problem.severity === 'error' && !known.has(keyOf(problem)));
}

function problemsOf(setup: Setup, native: Native): FileProblem[] {
  return ruleProblems(setup, compilePolicies(setup.policies, setup.configuration, native), native);
}

/** Whether a file is part of the rules: the configuration, a policy, the baseline. */
function governs(file: string, { configuration }: Setup): boolean {
  const names = [configurationName, ...configuration.policyFolders, configuration.baseline ?? configurationName];
  return names.some((each) => isInside(path.resolve('/', file), path.resolve('/', each)));
}

function keyOf({ file, range, message }: FileProblem): string {
  return `${file}:${range.start.line}:${range.start.column}:${message}`;
}

/** Policies that somebody brought are compiled as a whole: one that is wrong says so even where it judges nothing. */
function broughtProblems({ configuration }: Setup, set: PolicySet, native: Native): readonly FileProblem[] {
  const brought = set.policies.map(({ policy }) => policy).filter((policy) => !isBuiltIn(policy));
  if (brought.length === 0) return [];
  // What the configuration says of other policies is not asked of these few again.
  return checkPolicies(compilePolicies(brought, { ...configuration, sets: ['all'], policies: {} }, native), native);
}
