/** What policies are told apart by: what they say, and not where they stand. */
import type { Native } from '../model.ts';
import { canonicalJson } from './canonical.ts';
import type { Configuration } from './configuration.ts';
import type { Policy } from './policy.ts';

type Hash = Pick<Native, 'sha256'>;

/** `sha256:` and lower-case hex, over the canonical JSON of what a policy says. One that was vetted knows it already. */
export function digestOfPolicy(policy: Policy, native: Hash): string {
  return policy.vetted?.digest ?? digestOf(withoutPlace(policy), native);
}

/** The same of policies under a configuration, whatever their order. */
export function digestOfSet(policies: readonly Policy[], configuration: Configuration, native: Hash): string {
  const digests = policies.map((policy) => [policy.id, digestOfPolicy(policy, native)]);
  return digestOf({ policies: Object.fromEntries(digests), configuration: withoutSource(configuration) }, native);
}

function digestOf(value: unknown, { sha256 }: Hash): string {
  return `sha256:${sha256(canonicalJson(value))}`;
}

function withoutPlace({ file: _file, source: _source, vetted: _vetted, ...policy }: Policy): unknown {
  return policy;
}

function withoutSource({ file: _file, source: _source, ...configuration }: Configuration): unknown {
  return configuration;
}
