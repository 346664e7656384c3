/**
 * One policy as all that speak of it leave it: its author, then the organisation, then the repository. What the
 * organisation has locked, a repository may make stricter and nothing else.
 */
import type { Enforcement, Path } from '../model.ts';
import { isLocked, isNamed, type OrganisationRules } from '../organisation/rules.ts';
import type { Configuration, PolicySetting } from './configuration.ts';
import { checkParameter } from './parameter.ts';
import type { Policy } from './policy.ts';

/** What is decided of one policy. */
export interface Layer {
  readonly enforcement: Enforcement | 'off';
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Globs of files that it does not judge. */
  readonly ignore: readonly string[];
}

/** Says what a repository tried in vain, at its place in `kerb.yaml`. */
type Warn = (path: Path, message: string) => void;

/** Lowest first. */
const strictness: readonly Layer['enforcement'][] = ['off', 'audit', 'warn', 'deny'];

/** What is decided of a policy in a repository. */
export function layerOf(policy: Policy, configuration: Configuration, warn: Warn): Layer {
  const { organisation } = configuration;
  const given = settingsOf(policy.id, configuration.policies);
  const base = organisation === undefined ? authored(policy) : organised(policy, organisation);
  if (isLocked(organisation, policy.id)) return tightened(base, { policy, given, warn });
  const everywhere = configuration.ignore.filter((glob) => !ignoredByAll(configuration).includes(glob));
  return {
    enforcement: enforcementOf(given) ?? base.enforcement,
    parameters: { ...base.parameters, ...parametersOf(policy, given) },
    ignore: [...base.ignore, ...given.flatMap(([, setting]) => setting.ignore ?? []), ...everywhere],
  };
}

/** Whether a policy is on, before anything is said of its enforcement. */
export function isOn(
  policy: Policy,
  configuration: Configuration,
  isInSet: (policy: Policy, set: string) => boolean,
): boolean {
  const { organisation } = configuration;
  const sets = isLocked(organisation, policy.id) ? (organisation?.sets ?? []) : configuration.sets;
  return sets.some((set) => isInSet(policy, set));
}

/** Globs of files that no policy judges. A repository leaves out none where a policy is locked: that one judges them. */
export function ignoredByAll({ organisation, ignore }: Configuration): readonly string[] {
  if (organisation === undefined) return ignore;
  const locksPolicies = organisation.locked.some((name) => name.includes('*') || name.includes('/'));
  return locksPolicies ? organisation.ignore : [...organisation.ignore, ...ignore];
}

type Named = readonly [name: string, setting: PolicySetting];

/** What settings say of a policy, the most exact first. */
function settingsOf(id: string, settings: Configuration['policies']): readonly Named[] {
  return [id, `${id.slice(0, id.lastIndexOf('/'))}/*`, '*']
    .filter((name) => Object.hasOwn(settings, name))
    .map((name) => [name, settings[name] ?? {}]);
}

function authored(policy: Policy): Layer {
  return { enforcement: policy.enforcement, parameters: {}, ignore: [] };
}

function organised(policy: Policy, { policies, cap }: OrganisationRules): Layer {
  const given = settingsOf(policy.id, policies);
  const enforcement = enforcementOf(given) ?? policy.enforcement;
  return {
    enforcement: cap !== null && isNamed(policy.id, cap.policies) ? weaker(enforcement, cap.enforcement) : enforcement,
    parameters: usable(policy, parametersOf(policy, given)),
    ignore: given.flatMap(([, setting]) => setting.ignore ?? []),
  };
}

/** An organisation speaks to several versions of Kerb: what this one's policy does not take is left at its default. */
function usable(policy: Policy, parameters: Layer['parameters']): Layer['parameters'] {
  const taken = Object.entries(parameters).filter(([name, value]) => {
    const parameter = policy.parameters[name];
    return parameter !== undefined && checkParameter(parameter, value) === null;
  });
  return Object.fromEntries(taken);
}

/** A locked policy: of what the repository says, only more strictness counts. */
function tightened(
  base: Layer,
  { policy, given, warn }: { readonly policy: Policy; readonly given: readonly Named[]; readonly warn: Warn },
): Layer {
  const own = given.find(([name]) => name === policy.id)?.[1] ?? {};
  const path = ['policies', policy.id];
  const held = 'the organisation has locked this policy';
  if (own.enforcement !== undefined && isWeaker(own.enforcement, base.enforcement))
    warn([...path, 'enforcement'], `${held}: it stays at \`${base.enforcement}\``);
  for (const name of Object.keys(own.parameters ?? {}))
    warn([...path, 'parameters', name], `${held}: its parameters are the organisation's`);
  if ((own.ignore ?? []).length > 0) warn([...path, 'ignore'], `${held}: it judges these files all the same`);
  const wanted = enforcementOf(given) ?? base.enforcement;
  return { ...base, enforcement: isWeaker(wanted, base.enforcement) ? base.enforcement : wanted };
}

function enforcementOf(given: readonly Named[]): Layer['enforcement'] | undefined {
  return given.find(([, setting]) => setting.enforcement !== undefined)?.[1].enforcement;
}

/** Parameters are set on a policy by its id. */
function parametersOf(policy: Policy, given: readonly Named[]): Readonly<Record<string, unknown>> {
  return given.find(([name]) => name === policy.id)?.[1].parameters ?? {};
}

function weaker(a: Layer['enforcement'], b: Layer['enforcement']): Layer['enforcement'] {
  return isWeaker(a, b) ? a : b;
}

function isWeaker(a: Layer['enforcement'], b: Layer['enforcement']): boolean {
  return strictness.indexOf(a) < strictness.indexOf(b);
}
