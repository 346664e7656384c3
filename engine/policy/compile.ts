/** Policies and a repository's configuration, made ready to judge. CEL is compiled when a resource kind is first met. */
import type { Native } from '../model.ts';
import { compileSecrets, type SecretScanner } from '../rule/secret.ts';
import { canonicalJson } from './canonical.ts';
import { type CompiledPolicy, compilePolicy } from './compilePolicy.ts';
import type { Configuration } from './configuration.ts';
import type { FileProblem } from './file.ts';
import { globMatcher } from './glob.ts';
import type { Policy } from './policy.ts';
import { type EnabledPolicy, enabledPolicies } from './select.ts';

export type { EnabledPolicy } from './select.ts';

/** What a judge needs to know of policies. Made once; the same policies and configuration have the same digest. */
export interface PolicySet {
  /** `sha256:` and lower-case hex, over the canonical JSON of policies and configuration. */
  readonly digest: string;
  /** The policies that are on, sorted by id, each with what the configuration makes of it. */
  readonly policies: readonly EnabledPolicy[];
  /** Ids of all policies that were given, on or off. */
  readonly ids: ReadonlySet<string>;
  readonly configuration: Configuration;
  /** What the configuration says of policies that is not so (an unknown id, a bad parameter). */
  readonly problems: readonly FileProblem[];
  /** Whether the configuration leaves a file out. */
  readonly ignores: (path: string) => boolean;
  /** Compiled policies of a resource kind. */
  readonly compiled: (kind: string) => readonly CompiledPolicy[];
  /** One scanner for the enabled secret policies, and those policies by id; null where there are none. */
  readonly secrets: () => { readonly scanner: SecretScanner; readonly policies: ReadonlyMap<string, CompiledPolicy> } | null;
}

/** Makes policies ready. Cheap: nothing is compiled yet. */
export function compilePolicies(
  policies: readonly Policy[],
  configuration: Configuration,
  native: Pick<Native, 'sha256'>,
): PolicySet {
  const selection = enabledPolicies(policies, configuration);
  const byKind = new Map<string, readonly CompiledPolicy[]>();
  const compiled = (kind: string): readonly CompiledPolicy[] => {
    const known = byKind.get(kind);
    if (known !== undefined) return known;
    const made = selection.policies
      .filter(({ policy }) => policy.resources.includes(kind))
      .map((policy) => compilePolicy(policy, kind));
    byKind.set(kind, made);
    return made;
  };
  let secrets: ReturnType<PolicySet['secrets']> | undefined;
  return {
    digest: `sha256:${native.sha256(canonicalJson({ policies: policies.map(withoutPlace), configuration: withoutSource(configuration) }))}`,
    policies: selection.policies,
    ids: new Set(policies.map((policy) => policy.id)),
    configuration,
    problems: selection.problems,
    ignores: globMatcher(configuration.ignore),
    compiled,
    secrets: () => {
      if (secrets === undefined) secrets = secretsOf(selection.policies.flatMap(({ policy }) => policy.resources), compiled);
      return secrets;
    },
  };
}

/** Compiles all that is on, and returns every problem of it: for authors, `kerb test`, and the editor on policy files. */
export function checkPolicies(set: PolicySet): readonly FileProblem[] {
  const kinds = [...new Set(set.policies.flatMap(({ policy }) => policy.resources))];
  const found = kinds.flatMap((kind) => set.compiled(kind).flatMap((policy) => policy.problems));
  // A policy on several kinds is compiled for each of them, and most often says the same of both.
  const distinct = new Map(found.map((problem) => [JSON.stringify(problem), problem]));
  return [...set.problems, ...distinct.values()];
}

function secretsOf(
  kinds: readonly string[],
  compiled: (kind: string) => readonly CompiledPolicy[],
): ReturnType<PolicySet['secrets']> {
  const policies = new Map<string, CompiledPolicy>();
  const rules: { policy: string; secret: Parameters<typeof compileSecrets>[0][number]['secret'] }[] = [];
  for (const one of [...new Set(kinds)].flatMap(compiled)) {
    const { id, rule } = one.enabled.policy;
    if (rule.kind !== 'secret' || one.broken !== null) continue;
    policies.set(id, one);
    rules.push({ policy: id, secret: rule.secret });
  }
  return rules.length === 0 ? null : { scanner: compileSecrets(rules), policies };
}

function withoutPlace({ file: _file, source: _source, ...policy }: Policy): unknown {
  return policy;
}

function withoutSource({ file: _file, source: _source, ...configuration }: Configuration): unknown {
  return configuration;
}
