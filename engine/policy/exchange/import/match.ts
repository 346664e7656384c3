/** Which objects an admission policy is asked about, as a condition on an object in a file. */
import * as z from 'zod';
import { groupBy } from '../../../groupBy.ts';
import type { Path } from '../../../model.ts';
import { type ApiResource, apiResources } from '../kubernetesApi.ts';
import { literalOf } from '../rewrite.ts';
import { Refusal } from './refusal.ts';

const texts = z.lazy(() => z.array(z.string().max(300)).max(200));

/** metav1.LabelSelector. */
export const selectorSchema = z.lazy(() =>
  z.strictObject({
    matchLabels: z.record(z.string(), z.string()).optional(),
    matchExpressions: z
      .array(
        z.strictObject({
          key: z.string(),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
          values: texts.nullish(),
        }),
      )
      .max(50)
      .optional(),
  }),
);

const ruleSchema = z.lazy(() =>
  z.strictObject({
    apiGroups: texts,
    apiVersions: texts,
    operations: texts.optional(),
    resources: texts,
    resourceNames: texts.optional(),
    scope: z.enum(['Cluster', 'Namespaced', '*']).optional(),
  }),
);

/** `matchConstraints` of a policy and `matchResources` of its binding. */
export const matchSchema = z.lazy(() =>
  z.strictObject({
    resourceRules: z.array(ruleSchema).max(100).optional(),
    excludeResourceRules: z.array(ruleSchema).max(100).optional(),
    namespaceSelector: selectorSchema.optional(),
    objectSelector: selectorSchema.optional(),
    matchPolicy: z.enum(['Exact', 'Equivalent']).optional(),
  }),
);

type Match = z.infer<typeof matchSchema>;
type Rule = z.infer<typeof ruleSchema>;

/** Conditions in CEL, all of which must hold; none for every object. Throws `Refusal`. */
export function conditionsOf(match: Match, path: Path): readonly string[] {
  const { resourceRules = [], excludeResourceRules = [], namespaceSelector, objectSelector } = match;
  if (Object.keys(namespaceSelector ?? {}).length > 0)
    throw new Refusal([...path, 'namespaceSelector'], elsewhereNamespace);
  const rules = rulesCondition(resourceRules, [...path, 'resourceRules']);
  const excluded = rulesCondition(excludeResourceRules, [...path, 'excludeResourceRules']);
  if (excluded !== null && excluded.length === 0)
    throw new Refusal([...path, 'excludeResourceRules'], 'everything is excluded');
  return [
    ...(rules ?? []),
    ...(excluded === null ? [] : [`!(${excluded.join(' && ')})`]),
    ...selectorConditions(objectSelector ?? {}),
  ];
}

const elsewhereNamespace = 'it goes by the labels of a namespace, which a file does not say';

/** The kinds that are meant, where only kinds are. */
export function kindsOf({ resourceRules = [], excludeResourceRules = [] }: Match): readonly string[] {
  if (excludeResourceRules.length > 0) return [];
  return resourceRules.flatMap(({ resources, apiGroups }) =>
    resources.flatMap((plural) => knownResources(plural, apiGroups).map(({ kind }) => kind)),
  );
}

/** Null where there is no rule; conditions for all of several rules together. */
function rulesCondition(rules: readonly Rule[], path: Path): readonly string[] | null {
  if (rules.length === 0) return null;
  for (const [index, rule] of rules.entries()) refuseRule(rule, [...path, index]);
  if (rules.some(isAnything)) return [];
  const known = rules.flatMap((rule) => rule.resources.flatMap((plural) => knownResources(plural, rule.apiGroups)));
  const isPlain = rules.every((rule) => !rule.resources.includes('*') && rule.resourceNames === undefined);
  if (!isPlain) {
    const each = rules.map((rule) =>
      [...groupConditions(rule), ...kindConditions(rule), ...nameConditions(rule)].join(' && '),
    );
    return [each.length === 1 ? (each[0] ?? 'true') : `(${each.map((one) => `(${one})`).join(' || ')})`];
  }
  const groups = groupBy(known, ({ group }) => group);
  const ordered = [...groups.values()].flat();
  return [kindIn([...new Set(ordered.map(({ kind }) => kind))]), versionCondition([...groups.keys()], rules)];
}

/** A subresource is no object, and what is only deleted or connected to is never written into a file. */
function refuseRule({ operations = ['*'], resources, apiGroups, scope = '*' }: Rule, path: Path): void {
  if (!operations.some((operation) => operation === '*' || operation === 'CREATE'))
    throw new Refusal(
      [...path, 'operations'],
      `it is asked on ${operations.join(' and ')} alone, and a file says what is to be created`,
    );
  for (const [index, plural] of resources.entries()) {
    const at = [...path, 'resources', index];
    if (plural.includes('/') && plural !== '*/*') throw new Refusal(at, `\`${plural}\` is no object that a file holds`);
    if (!plural.startsWith('*') && knownResources(plural, apiGroups).length === 0)
      throw new Refusal(at, `the kind behind \`${plural}\` is not known`);
  }
  if (scope !== '*' && resources.some((plural) => plural.startsWith('*')))
    throw new Refusal([...path, 'scope'], 'which kinds are in a namespace is not known of all of them');
}

function knownResources(plural: string, groups: readonly string[]): readonly ApiResource[] {
  return apiResources.filter((one) => one.plural === plural && (groups.includes('*') || groups.includes(one.group)));
}

function isAnything(rule: Rule): boolean {
  return (
    rule.resources.some((plural) => plural.startsWith('*')) &&
    rule.apiGroups.includes('*') &&
    rule.resourceNames === undefined
  );
}

function kindIn(kinds: readonly string[]): string {
  return kinds.length === 1 ? `self.kind == ${literalOf(kinds[0])}` : `self.kind in ${literalOf(kinds)}`;
}

/** Of the core group the version is all of `apiVersion`; any version of another group begins with its name. */
function versionCondition(groups: readonly string[], rules: readonly Rule[]): string {
  const [first = '', ...others] = groups;
  if (others.length === 0)
    return first === '' ? `self.apiVersion == "v1"` : `self.apiVersion.startsWith(${literalOf(`${first}/`)})`;
  const versions = [...new Set(rules.flatMap(({ apiVersions }) => apiVersions))];
  if (versions.includes('*'))
    return `self.apiVersion.split("/")[0] in ${literalOf(groups.map((group) => group || 'v1'))}`;
  const written = groups.flatMap((group) => (group === '' ? ['v1'] : versions.map((version) => `${group}/${version}`)));
  return `self.apiVersion in ${literalOf(written)}`;
}

function groupConditions({ apiGroups, apiVersions }: Rule): readonly string[] {
  if (apiGroups.includes('*')) return [];
  return [versionCondition(apiGroups, [{ apiGroups, apiVersions, resources: [] }])];
}

function kindConditions({ resources, apiGroups }: Rule): readonly string[] {
  if (resources.some((plural) => plural.startsWith('*'))) return [];
  return [
    kindIn([...new Set(resources.flatMap((plural) => knownResources(plural, apiGroups).map(({ kind }) => kind)))]),
  ];
}

function nameConditions({ resourceNames }: Rule): readonly string[] {
  return resourceNames === undefined ? [] : [`self.?metadata.?name.orValue("") in ${literalOf(resourceNames)}`];
}

/** Conditions on the labels of an object. */
export function selectorConditions({
  matchLabels = {},
  matchExpressions = [],
}: z.infer<typeof selectorSchema>): readonly string[] {
  const label = (key: string) => `self.?metadata.?labels[?${literalOf(key)}]`;
  const said = { In: '', NotIn: '!', Exists: '', DoesNotExist: '!' };
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${label(key)} == optional.of(${literalOf(value)})`),
    ...matchExpressions.map(({ key, operator, values }) =>
      operator === 'In' || operator === 'NotIn'
        ? `${said[operator]}${literalOf(values ?? [])}.exists(value, ${label(key)} == optional.of(value))`
        : `${said[operator]}${label(key)}.hasValue()`,
    ),
  ];
}
