/** Policies that are compiled when they are built, so that no start has to look for what is wrong with them. */
import type { Native } from '../model.ts';
import { compileSecrets, type SecretProblem } from '../rule/secret.ts';
import { compilePolicy } from './compilePolicy.ts';
import { digestOfPolicy } from './digest.ts';
import type { Policy } from './policy.ts';

/** Marks the policies that compile without a problem. The others stay as they are: whoever compiles them hears of it. */
export function vetPolicies(policies: readonly Policy[], native: Pick<Native, 'sha256'>): readonly Policy[] {
  return policies.map((policy) => {
    const enabled = { policy, enforcement: policy.enforcement, parameters: {}, ignores: () => false };
    const problems = secretProblemsOf(policy);
    const compiled = policy.resources.map((kind) => compilePolicy(enabled, kind, { secretProblems: () => problems }));
    if (compiled.some((one) => one.problems.length > 0)) return policy;
    const reads = Object.fromEntries(compiled.map(({ kind, reads: own }) => [kind, own]));
    return { ...policy, vetted: { digest: digestOfPolicy(policy, native), reads } };
  });
}

function secretProblemsOf({ id, rule }: Policy): readonly SecretProblem[] {
  return rule.kind === 'secret' ? compileSecrets([{ policy: id, secret: rule.secret }]).problems : [];
}
