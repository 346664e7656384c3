/** Which objects the API server is to ask a policy about, so that an import finds again what the policy's `where` says. */
import { groupBy } from '../../groupBy.ts';
import { kindsAsked } from './conditions.ts';
import { conditionsOf } from './import/match.ts';
import { type ApiResource, apiResources } from './kubernetesApi.ts';

/** `matchConstraints`, and the conditions that it leaves to be said. */
export interface AdmissionMatch {
  readonly constraints: MatchConstraints;
  readonly left: readonly string[];
}

export interface MatchConstraints {
  readonly resourceRules: ResourceRule[];
  /** Not there: what can be said in another version is converted and asked about, too. */
  readonly matchPolicy?: 'Exact';
}

interface ResourceRule {
  readonly apiGroups: string[];
  readonly apiVersions: string[];
  readonly operations: string[];
  readonly resources: string[];
}

/**
 * Kinds and their versions are the match itself where that is all that the first conditions say. Where a kind may be of any group, or is
 * one of several conditions, the match asks about what is called so in any group, and the conditions stay.
 */
export function matchOf(conditions: readonly string[]): AdmissionMatch {
  const kinds = conditions.map(kindsAsked).find((asked) => asked !== null) ?? [];
  const known = apiResources.filter(({ kind }) => kinds.includes(kind));
  if (kinds.length === 0 || !kinds.every((kind) => known.some((one) => one.kind === kind)))
    return { constraints: { resourceRules: [ruleOf([anything])] }, left: conditions };
  const ordered = kinds.flatMap((kind) => known.filter((one) => one.kind === kind));
  const rules = constraintsOf(ordered);
  for (const constraints of [rules, { ...rules, matchPolicy: 'Exact' as const }]) {
    const said = conditionsOf(constraints, [], apiResources);
    if (said.every((condition, index) => condition === conditions[index]))
      return { constraints, left: conditions.slice(said.length) };
  }
  return { constraints: { resourceRules: [ruleOf(ordered.map(inAnyGroup))] }, left: conditions };
}

/** One rule for each group and version. */
export function constraintsOf(resources: readonly ApiResource[]): MatchConstraints {
  const groups = groupBy(resources, ({ group, version }) => `${group}/${version}`);
  return { resourceRules: [...groups.values()].map(ruleOf) };
}

function ruleOf(resources: readonly ApiResource[]): ResourceRule {
  return {
    apiGroups: [resources[0]?.group ?? ''],
    apiVersions: [resources[0]?.version ?? ''],
    operations: ['CREATE', 'UPDATE'],
    resources: [...new Set(resources.map(({ plural }) => plural))],
  };
}

const anything: ApiResource = { kind: '*', group: '*', version: '*', plural: '*', scope: '*' };

function inAnyGroup(one: ApiResource): ApiResource {
  return { ...one, group: '*', version: '*' };
}
