/** Which objects an admission policy is asked about, as a condition on an object in a file. */
import * as z from 'zod';
import { groupBy } from '../../../groupBy.ts';
import type { Path } from '../../../model.ts';
import { kindIn, kindsAsked, ofVersions } from '../conditions.ts';
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
type Selector = z.infer<typeof selectorSchema>;

/**
 * Conditions in CEL, all of which must hold; none for every object. `known`: the kinds behind collections. `others`: what is asked
 * for as well. Throws `Refusal`.
 */
export function conditionsOf(
  match: Match,
  path: Path,
  known: readonly ApiResource[],
  others: readonly string[] = [],
): readonly string[] {
  const { resourceRules = [], excludeResourceRules = [], namespaceSelector = {}, objectSelector = {} } = match;
  const said: Said = { known, isExact: match.matchPolicy === 'Exact' };
  const rules = rulesCondition(resourceRules, [...path, 'resourceRules'], said);
  if (rules === null) refuseUnasked(resourceRules, [...path, 'resourceRules']);
  const excluded = rulesCondition(excludeResourceRules, [...path, 'excludeResourceRules'], said);
  if (excluded !== null && excluded.length === 0)
    throw new Refusal([...path, 'excludeResourceRules'], 'everything is excluded');
  const namespace = namespaceConditions(namespaceSelector, [...path, 'namespaceSelector']);
  if (namespace.length > 0 && !resourceRules.every((rule) => isNamespaced(rule, known)))
    throw new Refusal([...path, 'namespaceSelector'], unknownScope);
  return [
    ...(rules === null || others.some((other) => isSaidBy(rules, other)) ? [] : rules),
    ...(excluded === null ? [] : [`!(${excluded.join(' && ')})`]),
    ...namespace,
    ...selectorConditions(objectSelector),
  ];
}

/** Whether rules ask for no more than kinds, and another condition for those as well: so an export says of which kind an object is. */
function isSaidBy([kinds = '', ...more]: readonly string[], other: string): boolean {
  const wanted = kindsAsked(kinds);
  if (wanted === null || kinds !== kindIn(wanted) || more.length > 0) return false;
  return kindsAsked(other)?.every((kind) => wanted.includes(kind)) ?? false;
}

const unknownScope = 'which kinds are in a namespace is not known of all of them';

/** The kinds that are meant, where only kinds are. */
export function kindsOf({ resourceRules = [], excludeResourceRules = [] }: Match): readonly string[] {
  if (excludeResourceRules.length > 0) return [];
  return resourceRules.flatMap((rule) => meantBy(rule, apiResources).map(({ kind }) => kind));
}

/** Whether only pods are meant, and all of them: Kyverno judges what makes pods by such a policy as well. */
export function isOnPods(match: Match): boolean {
  const { resourceRules = [], excludeResourceRules = [], objectSelector = {}, namespaceSelector = {} } = match;
  const [rule, ...others] = resourceRules;
  const isNarrow =
    excludeResourceRules.length > 0 || [objectSelector, namespaceSelector].some((one) => !isEverything(one));
  if (rule === undefined || others.length > 0 || isNarrow || (rule.resourceNames ?? []).length > 0) return false;
  return rule.apiGroups.join() === '' && rule.apiVersions.join() === 'v1' && rule.resources.join() === 'pods';
}

function isEverything({ matchLabels = {}, matchExpressions = [] }: Selector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

interface Said {
  readonly known: readonly ApiResource[];
  /** Whether other versions of a kind are not meant. */
  readonly isExact: boolean;
}

/** The label that every namespace has by itself: its name. */
const nameLabel = 'kubernetes.io/metadata.name';

/** Conditions on the namespace that an object names: of the labels of a namespace, only its name can be known. */
function namespaceConditions({ matchLabels = {}, matchExpressions = [] }: Selector, path: Path): readonly string[] {
  const name = 'self.?metadata.?namespace.orValue("")';
  const wanted = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In' as const, values: [value] })),
    ...matchExpressions,
  ];
  return wanted.map(({ key, operator, values }) => {
    if (key !== nameLabel || (operator !== 'In' && operator !== 'NotIn'))
      throw new Refusal(path, 'it goes by the labels of a namespace, which a file does not say');
    const condition = `${name} in ${literalOf(values ?? [])}`;
    return operator === 'In' ? condition : `!(${condition})`;
  });
}

function isNamespaced({ resources, apiGroups }: Rule, known: readonly ApiResource[]): boolean {
  return resources.every((plural) => {
    const those = resourcesOf(plural, apiGroups, known);
    return those.length > 0 && those.every(({ scope }) => scope === 'Namespaced');
  });
}

/** Null where nothing that a file holds is asked about; conditions for all of several rules together. */
function rulesCondition(rules: readonly Rule[], path: Path, said: Said): readonly string[] | null {
  for (const [index, rule] of rules.entries()) refuseRule(rule, [...path, index], said.known);
  const asked = rules.filter(isOnCreation).map((rule) => ({ ...rule, resources: rule.resources.filter(isWhole) }));
  const left = asked.filter(({ resources }) => resources.length > 0);
  if (left.length === 0) return null;
  if (left.some((rule) => isAnything(rule, said))) return [];
  if (!isOneList(left, said)) {
    const each = left.map((rule) =>
      [...groupConditions(rule, said), ...kindConditions(rule, said), ...nameConditions(rule)].join(' && '),
    );
    return [each.length === 1 ? (each[0] ?? 'true') : `(${each.map((one) => `(${one})`).join(' || ')})`];
  }
  const groups = groupBy(
    left.flatMap((rule) => meantBy(rule, said.known)),
    ({ group }) => group,
  );
  const kinds = kindIn([...new Set([...groups.values()].flat().map(({ kind }) => kind))]);
  const versions = left.flatMap(({ apiVersions }) => apiVersions);
  return [kinds, ...versionConditions(left.some(isOfAnyGroup) ? ['*'] : [...groups.keys()], versions, said)];
}

/** Whether rules name kinds, and groups and versions that any of them may be of. */
function isOneList([first, ...others]: readonly Rule[], { isExact }: Said): boolean {
  const isOfKinds = (rule: Rule) =>
    !rule.resources.some((plural) => plural.startsWith('*')) && rule.resourceNames === undefined;
  const versionsOf = ({ apiVersions }: Rule) => apiVersions.toSorted().join();
  if (first === undefined) return false;
  return (
    [first, ...others].every(isOfKinds) &&
    others.every((rule) => isOfAnyGroup(rule) === isOfAnyGroup(first)) &&
    (!isExact || others.every((rule) => versionsOf(rule) === versionsOf(first)))
  );
}

function isOfAnyGroup({ apiGroups }: Rule): boolean {
  return apiGroups.includes('*');
}

/** What is only updated, deleted or connected to is not what a file says. */
function isOnCreation({ operations = ['*'] }: Rule): boolean {
  return operations.some((operation) => operation === '*' || operation === 'CREATE');
}

/** A subresource is no object that a file holds. */
function isWhole(plural: string): boolean {
  return !plural.includes('/') || plural === '*/*';
}

/** Of rules that all ask of something else than a file says: the reason of the first. */
function refuseUnasked([rule]: readonly Rule[], path: Path): void {
  if (rule === undefined) return;
  const { operations = [], resources } = rule;
  if (!isOnCreation(rule))
    throw new Refusal(
      [...path, 0, 'operations'],
      `it is asked on ${operations.join(' and ')} alone, and a file says what is to be created`,
    );
  throw new Refusal([...path, 0, 'resources', 0], `\`${resources[0] ?? ''}\` is no object that a file holds`);
}

function refuseRule(rule: Rule, path: Path, known: readonly ApiResource[]): void {
  const { resources, apiGroups, scope = '*' } = rule;
  const wholes = resources.filter(isWhole);
  const isOnAll = wholes.some((plural) => plural.startsWith('*'));
  const unknown = wholes.find(
    (plural) => !plural.startsWith('*') && resourcesOf(plural, apiGroups, known).length === 0,
  );
  if (unknown !== undefined)
    throw new Refusal(
      [...path, 'resources', resources.indexOf(unknown)],
      `the kind behind \`${unknown}\` is not known: a CustomResourceDefinition in the same file says it`,
    );
  if (scope !== '*' && isOnAll) throw new Refusal([...path, 'scope'], unknownScope);
  if (wholes.length > 0 && !isOnAll && meantBy(rule, known).length === 0)
    throw new Refusal(
      [...path, 'scope'],
      `none of its kinds is ${scope === 'Cluster' ? 'outside of namespaces' : 'in a namespace'}`,
    );
}

function resourcesOf(plural: string, groups: readonly string[], known: readonly ApiResource[]): readonly ApiResource[] {
  return known.filter((one) => one.plural === plural && (groups.includes('*') || groups.includes(one.group)));
}

/** The kinds that a rule names, of its scope. */
function meantBy({ resources, apiGroups, scope = '*' }: Rule, known: readonly ApiResource[]): readonly ApiResource[] {
  return resources
    .flatMap((plural) => resourcesOf(plural, apiGroups, known))
    .filter((one) => scope === '*' || one.scope === scope);
}

function isAnything(rule: Rule, said: Said): boolean {
  return (
    groupConditions(rule, said).length === 0 &&
    rule.resources.some((plural) => plural.startsWith('*')) &&
    rule.resourceNames === undefined
  );
}

/** Of the core group the version is all of `apiVersion`; any version of another group begins with its name. */
function versionConditions(groups: readonly string[], named: readonly string[], { isExact }: Said): readonly string[] {
  const [first = '', ...others] = groups;
  const versions = [...new Set(named)];
  const isOfAny = !isExact || versions.includes('*');
  if (groups.includes('*')) return isOfAny ? [] : [ofVersions(versions)];
  if (isOfAny && others.length === 0)
    return [first === '' ? 'self.apiVersion == "v1"' : `self.apiVersion.startsWith(${literalOf(`${first}/`)})`];
  if (isOfAny) return [`self.apiVersion.split("/")[0] in ${literalOf(groups.map((group) => group || 'v1'))}`];
  const written = groups.flatMap((group) =>
    group === '' ? versions.filter((version) => version === 'v1') : versions.map((version) => `${group}/${version}`),
  );
  return [
    written.length === 1 ? `self.apiVersion == ${literalOf(written[0])}` : `self.apiVersion in ${literalOf(written)}`,
  ];
}

function groupConditions({ apiGroups, apiVersions }: Rule, said: Said): readonly string[] {
  return versionConditions(apiGroups, apiVersions, said);
}

function kindConditions(rule: Rule, { known }: Said): readonly string[] {
  if (rule.resources.some((plural) => plural.startsWith('*'))) return [];
  return [kindIn([...new Set(meantBy(rule, known).map(({ kind }) => kind))])];
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
