/** Which policies are on in a repository, and what its configuration makes of each. */
import type { CelValue } from '../cel/value.ts';
import { createLines, locate, readDocument } from '../document/index.ts';
import type { Enforcement, Path } from '../model.ts';
import type { Configuration } from './configuration.ts';
import { type FileProblem, fileProblem } from './file.ts';
import { globMatcher } from './glob.ts';
import { isOn, layerOf } from './layer.ts';
import { checkParameter, parameterValue } from './parameter.ts';
import type { Policy } from './policy.ts';
import { didYouMean } from './suggest.ts';

/** A policy that is on. */
export interface EnabledPolicy {
  readonly policy: Policy;
  readonly enforcement: Enforcement;
  /** Parameters by name, set or default. */
  readonly parameters: Readonly<Record<string, CelValue>>;
  readonly ignores: (path: string) => boolean;
}

/** Chooses and configures policies; what the configuration says wrongly is a problem in its own file. */
export function enabledPolicies(
  policies: readonly Policy[],
  configuration: Configuration,
): { readonly policies: readonly EnabledPolicy[]; readonly problems: readonly FileProblem[] } {
  const reporter = createReporter(configuration);
  checkNames(policies, configuration, reporter.report);
  const enabled = policies
    .filter((policy) => isOn(policy, configuration, isInSet))
    .map((policy) => configured(policy, configuration, reporter.report))
    .filter((policy) => policy !== null)
    .sort((a, b) => (a.policy.id < b.policy.id ? -1 : 1));
  return { policies: enabled, problems: reporter.problems };
}

type Report = (path: Path, severity: FileProblem['severity'], message: string, place?: 'key' | 'value') => void;

function isInSet(policy: Policy, set: string): boolean {
  return (
    set === 'all' ||
    set === policy.id ||
    set === domainOf(policy) ||
    set === `${domainOf(policy)}/*` ||
    policy.controls.includes(set)
  );
}

function domainOf(policy: Policy): string {
  return policy.id.slice(0, policy.id.lastIndexOf('/'));
}

function configured(policy: Policy, configuration: Configuration, report: Report): EnabledPolicy | null {
  const layer = layerOf(policy, configuration, (path, message) => report(path, 'warning', message));
  if (layer.enforcement === 'off') return null;
  return {
    policy,
    enforcement: layer.enforcement,
    parameters: parametersOf(policy, layer.parameters, report),
    ignores: globMatcher(layer.ignore),
  };
}

function parametersOf(
  policy: Policy,
  given: Readonly<Record<string, unknown>>,
  report: Report,
): Readonly<Record<string, CelValue>> {
  const parameters: Record<string, CelValue> = Object.create(null);
  for (const [name, parameter] of Object.entries(policy.parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    const problem = checkParameter(parameter, value);
    if (problem !== null) report(['policies', policy.id, 'parameters', name], 'error', problem, 'value');
    parameters[name] = parameterValue(parameter.type, problem === null ? value : parameter.default);
  }
  return parameters;
}

function checkNames(policies: readonly Policy[], configuration: Configuration, report: Report): void {
  const ids = policies.map((policy) => policy.id);
  const domains = [...new Set(policies.map(domainOf))];
  const sets = ['all', ...domains, ...new Set(policies.flatMap((policy) => policy.controls)), ...ids];
  for (const [index, set] of configuration.sets.entries()) {
    if (policies.some((policy) => isInSet(policy, set)) || set === 'all') continue;
    report(['sets', index], 'error', `no policy is in this set${didYouMean(set, sets)}`);
  }
  const names = [...ids, ...domains.map((domain) => `${domain}/*`), '*'];
  for (const [id, setting] of Object.entries(configuration.policies)) {
    if (!names.includes(id)) report(['policies', id], 'error', `there is no such policy${didYouMean(id, names)}`);
    const policy = policies.find((one) => one.id === id);
    const known = Object.keys(policy?.parameters ?? {});
    for (const name of Object.keys(setting.parameters ?? {})) {
      if (known.includes(name)) continue;
      const hint = policy === undefined ? '; parameters are set on a policy by its id' : didYouMean(name, known);
      report(['policies', id, 'parameters', name], 'error', `the policy has no such parameter${hint}`);
    }
  }
}

/** Problems in the configuration's own file, which is parsed again only when there is one. */
function createReporter(configuration: Configuration): { readonly report: Report; readonly problems: FileProblem[] } {
  const problems: FileProblem[] = [];
  const report: Report = (path, severity, message, place = 'key') => {
    const document = readDocument(
      { path: 'kerb.yaml', text: configuration.source },
      { sha256: () => '', parseCode: () => null },
    );
    const part = document.parts.find((one) => one.content.root !== null);
    const found = part === undefined ? null : locate(part.content, path);
    const isValue = place === 'value' || typeof path.at(-1) === 'number';
    const within = found?.missing === 0 && isValue ? found.value : (found?.key ?? found?.value);
    const span = within ?? { start: 0, end: 0 };
    const offset = part?.offset ?? 0;
    const shifted = { start: span.start + offset, end: span.end + offset };
    problems.push(
      fileProblem(configuration.file ?? 'kerb.yaml', createLines(configuration.source), severity, shifted, message),
    );
  };
  return { report, problems };
}
