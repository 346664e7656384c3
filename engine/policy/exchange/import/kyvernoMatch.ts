/** Which objects a rule of Kyverno's ClusterPolicy judges (https://kyverno.io/docs/policy-types/cluster-policy/match-exclude). */
import * as z from 'zod';
import type { Path } from '../../../model.ts';
import { kindIn, ofVersions } from '../conditions.ts';
import { literalOf } from '../rewrite.ts';
import { wildcardRegex } from './kyvernoPattern.ts';
import { selectorConditions, selectorSchema } from './match.ts';
import { Refusal } from './refusal.ts';

const texts = z.lazy(() => z.array(z.string().max(300)).max(200));

const filterFields = () => ({
  resources: z
    .strictObject({
      kinds: texts.optional(),
      names: texts.optional(),
      name: z.string().optional(),
      namespaces: texts.optional(),
      annotations: z.record(z.string(), z.string()).optional(),
      operations: texts.optional(),
      selector: selectorSchema.optional(),
      namespaceSelector: z.unknown().optional(),
    })
    .optional(),
  subjects: z.unknown().optional(),
  roles: z.unknown().optional(),
  clusterRoles: z.unknown().optional(),
});
const filterSchema = z.lazy(() => z.strictObject(filterFields()));

/** `match` and `exclude`. */
export const matchSchema = z.lazy(() =>
  z.strictObject({
    ...filterFields(),
    any: z.array(filterSchema).max(50).optional(),
    all: z.array(filterSchema).max(50).optional(),
  }),
);

type Filter = z.infer<typeof filterSchema>;
type Match = z.infer<typeof matchSchema>;

/** What says which objects are judged. */
export interface Matching {
  readonly match: Match;
  readonly exclude?: Match | undefined;
}

/**
 * The workloads whose templates a rule judges with pods: those that are named, `[]` for all; null where none are. Kyverno adds them to
 * a rule on pods, unless any rule of the policy goes by names, labels or annotations. Throws `Refusal` where it adds them to more.
 */
export function controllersOf(
  rule: Matching,
  rules: readonly Matching[],
  named: string | undefined,
  root: Path,
): readonly string[] | null {
  const filters = rules.flatMap(({ match, exclude }) => [...filtersOf(match), ...filtersOf(exclude)]);
  const matched = kindsOf(rule.match);
  const excluded = kindsOf(rule.exclude);
  const isOn = (kinds: readonly string[]) => kinds.some((kind) => parseKind(kind).kind === 'Pod');
  const isAdded =
    !filters.some(isNarrow) &&
    filters.some(({ resources }) => resources?.kinds?.some((kind) => podKinds.has(kind))) &&
    isOn(matched) &&
    (excluded.length === 0 || isOn(excluded));
  if (named === 'none' || !isAdded) return null;
  const other = [...matched, ...excluded].find((kind) => parseKind(kind).kind !== 'Pod');
  if (other !== undefined)
    throw new Refusal(
      [...root, 'match'],
      `Kyverno judges by it what makes pods as well, and beside pods it is for \`${other}\``,
    );
  return named === undefined || named === 'all' ? [] : named.split(',').map((name) => name.trim());
}

const podKinds: ReadonlySet<string> = new Set(
  'Pod DaemonSet Deployment Job StatefulSet ReplicaSet ReplicationController CronJob'.split(' '),
);

function isNarrow({ resources }: Filter): boolean {
  const { name = '', names = [], selector, annotations, kinds = [] } = resources ?? {};
  const isMixed = kinds.length > 1 && kinds.some((kind) => parseKind(kind).kind === 'Pod');
  return name !== '' || names.length > 0 || selector !== undefined || annotations !== undefined || isMixed;
}

function kindsOf(match: Match | undefined): readonly string[] {
  return filtersOf(match).flatMap(({ resources }) => resources?.kinds ?? []);
}

function filtersOf(match: Match | undefined): readonly Filter[] {
  const { resources, any = [], all = [] } = match ?? {};
  return [...(resources === undefined ? [] : [{ resources }]), ...any, ...all];
}

/** Conditions in CEL, all of which must hold. `root`: where the rule stands. Throws `Refusal`. */
export function conditionsOf(
  { match, exclude }: Matching,
  root: Path,
  controllers: readonly string[] | null,
): readonly string[] {
  const judged: Judged = { object: controllers === null ? 'self' : 'workload', kinds: kindsOf(match) };
  const wanted = matchCondition(match, [...root, 'match'], judged);
  const left = exclude === undefined ? null : matchCondition(exclude, [...root, 'exclude'], judged);
  if (exclude !== undefined && left === null) throw new Refusal([...root, 'exclude'], 'everything is excluded');
  return [
    ...(wanted === null ? [] : [wanted]),
    ...(controllers === null || controllers.length === 0
      ? []
      : [`workload.kind in ${literalOf(['Pod', ...controllers])}`]),
    ...(left === null ? [] : [`!(${left})`]),
  ];
}

interface Judged {
  readonly object: 'self' | 'workload';
  /** All that `match` names. */
  readonly kinds: readonly string[];
}

/** Null where it is true of everything that is judged. */
function matchCondition({ any, all, ...own }: Match, path: Path, judged: Judged): string | null {
  const isOwn = Object.values(own).some((one) => one !== undefined);
  const each = (list: readonly Filter[], key: string) =>
    list.map((one, index) => filterCondition(one, [...path, key, index], judged));
  const alternatives = each(any ?? [], 'any');
  const some =
    any === undefined || alternatives.includes(null) ? null : alternatives.map((one) => `(${one})`).join(' || ');
  const parts = [
    ...(isOwn ? [filterCondition(own, path, judged)] : []),
    ...each(all ?? [], 'all'),
    some === null ? null : alternatives.length === 1 ? (alternatives[0] ?? null) : `(${some})`,
  ];
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? null : said.join(' && ');
}

function filterCondition(filter: Filter, path: Path, judged: Judged): string | null {
  for (const key of ['subjects', 'roles', 'clusterRoles'] as const)
    if (filter[key] !== undefined)
      throw new Refusal([...path, key], 'it goes by who sends the object, which a file does not say');
  const { resources = {} } = filter;
  const { object } = judged;
  const { kinds = [], names = [], name, namespaces = [], annotations = {}, operations, selector = {} } = resources;
  const at = [...path, 'resources'];
  if (Object.keys(resources).length === 0)
    throw new Refusal(path, 'it says nothing, and Kyverno takes that for no object');
  if (resources.namespaceSelector !== undefined)
    throw new Refusal([...at, 'namespaceSelector'], 'it goes by the labels of a namespace, which a file does not say');
  if (operations !== undefined && !operations.includes('CREATE'))
    throw new Refusal(
      [...at, 'operations'],
      `it is asked on ${operations.join(' and ')} alone, and a file says what is to be created`,
    );
  const { matchLabels = {}, ...labels } = selector;
  const own = `${object}.?metadata.?name.or(${object}.?metadata.?generateName)`;
  const kind = object === 'workload' || kinds.length === 0 ? [] : kindsCondition(kinds, [...at, 'kinds']);
  const conditions = [
    ...kind,
    ...(name === undefined ? [] : nameCondition([name], own)),
    ...nameCondition(names, own),
    ...nameCondition(namespaces, namespaceOf(kinds.length === 0 ? judged.kinds : kinds, object)),
    ...textConditions(annotations, `${object}.?metadata.?annotations`, [...at, 'annotations']),
    ...textConditions(matchLabels, `${object}.?metadata.?labels`, [...at, 'selector', 'matchLabels']),
    ...selectorConditions(labels),
  ];
  return conditions.length === 0 ? null : conditions.join(' && ');
}

/** A namespace is in itself, as Kyverno sees it. */
function namespaceOf(kinds: readonly string[], object: Judged['object']): string {
  const parsed = kinds.map((written) => parseKind(written).kind);
  const inNamespace = `${object}.?metadata.?namespace`;
  if (object === 'workload' || (parsed.length > 0 && !parsed.some((kind) => kind === 'Namespace' || isWild(kind))))
    return inNamespace;
  if (parsed.length > 0 && parsed.every((kind) => kind === 'Namespace')) return `${object}.?metadata.?name`;
  return `(${object}.kind == "Namespace" ? ${object}.?metadata.?name : ${inNamespace})`;
}

interface KindSelector {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly subresource: string | null;
}

/** `Pod`, `v1/Pod`, `apps/v1/Deployment`, each with `*` and `?`; `Pod/exec` and `Pod.exec`, as Kyverno takes them apart. */
function parseKind(written: string): KindSelector {
  const parts = written.split('/');
  const [first = '', second = '', third = '', fourth = ''] = [
    ...parts.slice(0, -1),
    ...(parts.at(-1) ?? '').split('.'),
  ];
  const any = { group: '*', version: '*', subresource: null };
  const isVersion = /^(?:v\d+(?:(?:alpha|beta)\d+)?|\*)$/.test(first);
  if (second === '') return { ...any, kind: first };
  if (third === '') {
    if (first === '*' && second === '*') return { ...any, kind: '*' };
    const isOfAny = first === '*' && second === second.toLowerCase();
    return isVersion && !isOfAny
      ? { ...any, version: first, kind: second }
      : { ...any, kind: first, subresource: second };
  }
  if (fourth !== '') return { group: first, version: second, kind: third, subresource: fourth };
  return isVersion
    ? { group: '*', version: first, kind: second, subresource: third }
    : { group: first, version: second, kind: third, subresource: null };
}

/** None where every kind is meant. */
function kindsCondition(kinds: readonly string[], path: Path): readonly string[] {
  const wholes = kinds.map(parseKind).filter(({ subresource }) => subresource === null);
  if (wholes.length === 0) throw new Refusal([...path, 0], `\`${kinds[0]}\` is no object that a file holds`);
  const isPlain = ({ group, version, kind }: KindSelector) => group === '*' && version === '*' && !isWild(kind);
  const plain = wholes.filter(isPlain).map(({ kind }) => kind);
  const others = wholes.filter((one) => !isPlain(one)).map(selectorCondition);
  const all = [...(plain.length === 0 ? [] : [kindIn(plain)]), ...others];
  if (all.includes('')) return [];
  return all.length === 1 ? all : [`(${all.map((one) => `(${one})`).join(' || ')})`];
}

function selectorCondition({ group, version, kind }: KindSelector): string {
  const kindSaid = kind === '*' ? [] : [isWild(kind) ? fits('self.kind', kind) : kindIn([kind])];
  return [...kindSaid, ...versionCondition(group, version)].join(' && ');
}

function versionCondition(group: string, version: string): readonly string[] {
  if (group === '*' && version === '*') return [];
  if (group === '*') return [ofVersions([version])];
  if (version === '*' && !isWild(group)) return [`self.apiVersion.startsWith(${literalOf(`${group}/`)})`];
  const all = `${group}/${version}`;
  return [isWild(all) ? fits('self.apiVersion', all) : `self.apiVersion == ${literalOf(all)}`];
}

function isWild(text: string): boolean {
  return /[*?]/.test(text);
}

function fits(subject: string, pattern: string): string {
  return `${subject}.matches(${literalOf(wildcardRegex(pattern))})`;
}

function nameCondition(names: readonly string[], optional: string): readonly string[] {
  if (names.length === 0) return [];
  const value = `${optional}.orValue("")`;
  if (!names.some(isWild)) return [`${value} in ${literalOf(names)}`];
  const each = names.map((name) => fits(value, name));
  return [each.length === 1 ? (each[0] ?? 'true') : `(${each.join(' || ')})`];
}

/** Labels or annotations, whose values may have wildcards. */
function textConditions(wanted: Readonly<Record<string, string>>, map: string, path: Path): readonly string[] {
  return Object.entries(wanted).map(([key, value]) => {
    if (isWild(key)) throw new Refusal([...path, key], 'a key with wildcards is not carried over');
    const found = `${map}[?${literalOf(key)}]`;
    if (!isWild(value)) return `${found} == optional.of(${literalOf(value)})`;
    return /^\*+$/.test(value)
      ? `${found}.hasValue()`
      : `${found}.hasValue() && ${fits(`${found}.orValue("")`, value)}`;
  });
}
