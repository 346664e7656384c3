/** Policies and a repository's configuration, made ready to judge. CEL is compiled when a resource kind is first met. */
import { createLines } from '../document/index.ts';
import type { Native } from '../model.ts';
import { once } from '../once.ts';
import { changeFolder } from '../resource/change.ts';
import { probePattern } from '../rule/pattern.ts';
import type { SecretScanner } from '../rule/secret.ts';
import { type Compilations, createCompilations } from './compilations.ts';
import { type CompiledPolicy, compilePolicy } from './compilePolicy.ts';
import type { Configuration } from './configuration.ts';
import { digestOfPolicy, digestOfSet } from './digest.ts';
import { admissionBudgetProblem } from './exchange/exportAdmission.ts';
import { type FileProblem, fileProblem } from './file.ts';
import { globMatcher } from './glob.ts';
import { ignoredByAll } from './layer.ts';
import type { Policy } from './policy.ts';
import { distinctReads, type Read } from './reads.ts';
import { type EnabledPolicy, enabledPolicies } from './select.ts';

export type { EnabledPolicy } from './select.ts';

/** What a judge needs to know of policies. Made once; the same policies and configuration have the same digest. */
export interface PolicySet {
  /** See `digestOfSet`. */
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
  /** The same, together where they read the same of a resource's relatives. */
  readonly groups: (kind: string) => readonly PolicyGroup[];
  /** What any policy of a resource kind reads beside `self`: while that is the same, all of them say the same of it. */
  readonly reads: (kind: string) => readonly Read[];
  /** One scanner for all secret policies, on or off, since what they find is masked everywhere; and those that are on, by id. */
  readonly secrets: () => Secrets | null;
}

/** Policies whose verdicts depend on the same of a resource's relatives. */
export interface PolicyGroup {
  /** Beside `self`. */
  readonly reads: readonly Read[];
  readonly policies: readonly CompiledPolicy[];
}

/** All secret policies as one scanner, and those that are on by id. */
export interface Secrets {
  readonly scanner: SecretScanner;
  readonly policies: ReadonlyMap<string, CompiledPolicy>;
}

/** Makes policies ready. Cheap: nothing is compiled yet. Sets that are given the same `shared` compile the same things once. */
export function compilePolicies(
  policies: readonly Policy[],
  configuration: Configuration,
  native: Pick<Native, 'sha256'>,
  shared: Compilations = createCompilations(),
): PolicySet {
  const selection = enabledPolicies(policies, configuration);
  const scanner = once(() => shared.scanner(policies));
  const secretProblems = () => scanner()?.problems ?? [];
  const compiled = remembered((kind: string) =>
    selection.policies
      .filter(({ policy }) => policy.resources.includes(kind))
      .map((policy) => compilePolicy(policy, kind, { secretProblems, parts: shared.parts, rego: shared.rego })),
  );
  const groups = remembered((kind: string) => groupsOf(compiled(kind)));
  const digest = once(() => digestOfSet(policies, configuration, native));
  return {
    get digest() {
      return digest();
    },
    policies: selection.policies,
    ids: new Set(policies.map((policy) => policy.id)),
    configuration,
    problems: selection.problems,
    ignores: ignoring(ignoredByAll(configuration)),
    compiled,
    groups,
    reads: remembered((kind) => readsOfAll(groups(kind))),
    secrets: once(() => secretsOf(scanner(), selection.policies, compiled)),
  };
}

/** `digestOfPolicy` of one policy; null where it is not on. */
export function policyDigest(set: PolicySet, id: string, native: Pick<Native, 'sha256'>): string | null {
  const enabled = set.policies.find(({ policy }) => policy.id === id);
  return enabled === undefined ? null : digestOfPolicy(enabled.policy, native);
}

/** A set with one policy of another, compiled already. */
export function onlyPolicy(set: PolicySet, policy: CompiledPolicy): PolicySet {
  const { id, rule } = policy.enabled.policy;
  const own = (kind: string) => (kind === policy.kind ? [policy] : []);
  const secrets = set.secrets();
  return {
    get digest() {
      return set.digest;
    },
    policies: [policy.enabled],
    ids: set.ids,
    configuration: set.configuration,
    problems: set.problems,
    ignores: set.ignores,
    compiled: own,
    groups: (kind) => groupsOf(own(kind)),
    reads: (kind) => readsOfAll(groupsOf(own(kind))),
    secrets: () =>
      rule.kind === 'secret' && secrets !== null ? { ...secrets, policies: new Map([[id, policy]]) } : null,
  };
}

/** Compiles all that is on, and returns every problem of it: for authors, `kerb test`, and the editor on policy files. */
export function checkPolicies(set: PolicySet, native?: Pick<Native, 'parseCode'>): readonly FileProblem[] {
  const kinds = [...new Set(set.policies.flatMap(({ policy }) => policy.resources))];
  const compiled = kinds.flatMap((kind) => set.compiled(kind));
  const refused = native === undefined ? [] : compiled.flatMap((policy) => refusedPatterns(policy, native));
  const found = [...compiled.flatMap((policy) => [...policy.problems, ...budgetProblems(policy)]), ...refused];
  // A policy on several kinds is compiled for each of them, and most often says the same of both.
  const distinct = new Map(found.map((problem) => [JSON.stringify(problem), problem]));
  return [...set.problems, ...distinct.values()];
}

/** Globs leave files out. A change is none, however wide they are. */
function ignoring(globs: readonly string[]): (path: string) => boolean {
  const matches = globMatcher(globs);
  return (path) => !path.startsWith(changeFolder) && matches(path);
}

/** A policy that could be enforced in a cluster too, if only it were not too dear for that. */
function budgetProblems({ broken, enabled }: CompiledPolicy): readonly FileProblem[] {
  const { policy, parameters } = enabled;
  const { rule, file, source } = policy;
  if (broken !== null || rule.kind !== 'require') return [];
  const problem = admissionBudgetProblem({ policy, parameters });
  if (problem === null) return [];
  return [fileProblem(file, createLines(source), 'warning', rule.require.span, problem)];
}

function refusedPatterns(
  { pattern, enabled }: CompiledPolicy,
  native: Pick<Native, 'parseCode'>,
): readonly FileProblem[] {
  const { rule, file, source } = enabled.policy;
  if (pattern === null || rule.kind !== 'pattern') return [];
  const lines = createLines(source);
  return probePattern(pattern, native).map(({ index, message }) =>
    fileProblem(file, lines, 'error', rule.spans[index] ?? rule.span, message),
  );
}

function remembered<T>(make: (kind: string) => T): (kind: string) => T {
  const made = new Map<string, T>();
  return (kind) => {
    const known = made.get(kind);
    if (known !== undefined) return known;
    const value = make(kind);
    made.set(kind, value);
    return value;
  };
}

/** Secret policies are not judged one by one: the scanner does that. Only one that is broken still has to say so. */
function groupsOf(policies: readonly CompiledPolicy[]): readonly PolicyGroup[] {
  const groups = new Map<string, CompiledPolicy[]>();
  for (const policy of policies) {
    if (policy.enabled.policy.rule.kind === 'secret' && policy.broken === null) continue;
    const name = JSON.stringify(policy.reads.relatives);
    groups.set(name, [...(groups.get(name) ?? []), policy]);
  }
  return [...groups.values()].map((group) => ({ reads: group[0]?.reads.relatives ?? [], policies: group }));
}

function readsOfAll(groups: readonly PolicyGroup[]): readonly Read[] {
  return distinctReads(groups.flatMap(({ reads }) => reads));
}

function secretsOf(
  scanner: SecretScanner | null,
  enabled: readonly EnabledPolicy[],
  compiled: PolicySet['compiled'],
): Secrets | null {
  if (scanner === null) return null;
  const kinds = new Set(enabled.flatMap(({ policy }) => (policy.rule.kind === 'secret' ? policy.resources : [])));
  const usable = [...kinds]
    .flatMap(compiled)
    .filter((one) => one.enabled.policy.rule.kind === 'secret' && one.broken === null);
  return { scanner, policies: new Map(usable.map((one) => [one.enabled.policy.id, one])) };
}
