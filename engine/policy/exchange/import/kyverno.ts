/** Kyverno's ClusterPolicy and Policy: rules that validate with CEL or by a pattern. Other rules are refused by name. */
import * as z from 'zod';
import type { Enforcement, Path } from '../../../model.ts';
import { allOf } from '../conditions.ts';
import { literalOf } from '../rewrite.ts';
import { widened } from './admission.ts';
import { celFields, metadataSchema } from './admissionForm.ts';
import { type Draft, escaped, idPart } from './draft.ts';
import { type Around, draftsOf, wordsOf } from './drafts.ts';
import { notInFile } from './expressions.ts';
import { patternCondition, wildcardRegex } from './kyvernoPattern.ts';
import { fitting, type Manifest } from './manifest.ts';
import { selectorConditions, selectorSchema } from './match.ts';
import { Refusal } from './refusal.ts';

const texts = z.lazy(() => z.array(z.string().max(300)).max(200));
const action = z.string().max(20);

const filterFields = () => ({
  resources: z
    .strictObject({
      kinds: texts.optional(),
      names: texts.optional(),
      name: z.string().optional(),
      namespaces: texts.optional(),
      operations: texts.optional(),
      selector: selectorSchema.optional(),
    })
    .optional(),
});
const filterSchema = z.lazy(() => z.strictObject(filterFields()));
const matchSchema = z.lazy(() =>
  z.strictObject({
    ...filterFields(),
    any: z.array(filterSchema).max(50).optional(),
    all: z.array(filterSchema).max(50).optional(),
  }),
);
const ruleSchema = z.lazy(() =>
  z.strictObject({
    name: z.string().max(300),
    match: matchSchema,
    exclude: matchSchema.optional(),
    celPreconditions: celFields().matchConditions,
    skipBackgroundRequests: z.boolean().optional(),
    validate: z.strictObject({
      message: z.string().max(5_000).optional(),
      failureAction: action.optional(),
      validationFailureAction: action.optional(),
      allowExistingViolations: z.boolean().optional(),
      cel: z.strictObject({ expressions: celFields().validations, variables: celFields().variables }).optional(),
      pattern: z.record(z.string(), z.unknown()).optional(),
      anyPattern: z.array(z.record(z.string(), z.unknown())).max(20).optional(),
    }),
  }),
);
const policySchema = z.lazy(() =>
  z.looseObject({
    metadata: metadataSchema,
    spec: z.strictObject({
      rules: z.array(ruleSchema).min(1).max(100),
      validationFailureAction: action.optional(),
      failurePolicy: celFields().failurePolicy,
      background: z.boolean().optional(),
      admission: z.boolean().optional(),
      emitWarning: z.boolean().optional(),
      webhookTimeoutSeconds: z.number().optional(),
      webhookConfiguration: z.looseObject({}).optional(),
      applyRules: z.literal('All').optional(),
    }),
  }),
);

type Rule = z.infer<typeof ruleSchema>;
type Filter = z.infer<typeof filterSchema>;

/** The policies that the rules of a ClusterPolicy make. */
export function fromClusterPolicy(manifest: Manifest, domain: string): readonly Draft[] {
  refuseOtherRules(manifest);
  const { metadata, spec } = fitting(manifest, policySchema);
  if (manifest.value.kind === 'Policy')
    throw new Refusal(['kind'], 'it holds in one namespace alone, which a file need not name');
  return spec.rules.flatMap((rule, index) => {
    const { validate } = rule;
    const root = ['spec', 'rules', index];
    const controllers = controllersOf(rule, metadata.annotations?.['pod-policies.kyverno.io/autogen-controllers']);
    const around: Around = {
      root,
      metadata: spec.rules.length === 1 ? metadata : { ...metadata, name: `${metadata.name}-${rule.name}` },
      domain,
      from: 'ClusterPolicy',
      resource: controllers === null ? 'kubernetes.object' : 'kubernetes.template',
      conditions: conditionsOf(rule, root, controllers),
      enforcement: enforcementOf(
        validate.failureAction ?? validate.validationFailureAction ?? spec.validationFailureAction ?? 'Audit',
      ),
      params: notInFile,
      known: [],
      notes: controllers === null ? [] : [widened],
    };
    if (validate.cel === undefined) return [patternDraft(rule, around)];
    const validations = (validate.cel.expressions ?? []).map((one) => ({ message: validate.message, ...one }));
    const { failurePolicy } = spec;
    return draftsOf(
      { failurePolicy, validations, variables: validate.cel.variables, matchConditions: rule.celPreconditions },
      around,
    );
  });
}

/** Said before the form is looked at: what a rule does instead of validating in one of the two ways. */
function refuseOtherRules({ value }: Manifest): void {
  const { rules } = (value.spec ?? {}) as { readonly rules?: unknown };
  for (const [index, rule] of (Array.isArray(rules) ? rules : []).entries()) {
    const root: Path = ['spec', 'rules', index];
    for (const [key, reason] of others) if (Object.hasOwn(Object(rule), key)) throw new Refusal([...root, key], reason);
    for (const key of ['deny', 'foreach', 'podSecurity', 'manifests', 'assert'])
      if (Object.hasOwn(Object(rule?.validate), key))
        throw new Refusal([...root, 'validate', key], `\`validate.${key}\` is not carried over: CEL and patterns are`);
  }
}

const others: readonly (readonly [key: string, reason: string])[] = [
  ['mutate', 'it changes objects, and Kerb judges them'],
  ['generate', 'it makes objects, and Kerb judges them'],
  ['verifyImages', 'it asks a registry'],
  ['context', 'its `context` looks elsewhere than into the object'],
  ['preconditions', '`preconditions` are not carried over: `celPreconditions` are'],
  ['imageExtractors', 'it takes images apart as only Kyverno does'],
];

function patternDraft({ validate, celPreconditions }: Rule, around: Around): Draft {
  if (celPreconditions !== undefined)
    throw new Refusal([...around.root, 'celPreconditions'], 'they go with `validate.cel` alone');
  const { message = '', pattern, anyPattern } = validate;
  const root = [...around.root, 'validate'];
  const require =
    pattern !== undefined
      ? patternCondition(pattern, 'dyn(self)', [...root, 'pattern'])
      : (anyPattern ?? [])
          .map((one, index) => patternCondition(one, 'dyn(self)', [...root, 'anyPattern', index]))
          .join('\n|| ');
  if (require === '') throw new Refusal(root, 'it validates nothing');
  const said = wordsOf(around.metadata, around.enforcement);
  const title = said.title ?? around.metadata.name;
  const text = message === '' ? title : message;
  return {
    ...said,
    id: `${around.domain}/${idPart(around.metadata.name)}`,
    title,
    enforcement: around.enforcement,
    why: said.why ?? `The ClusterPolicy ${around.metadata.name} requires it, and does not say why.`,
    remedy: said.remedy ?? text,
    rule: {
      resource: around.resource,
      ...(around.conditions.length === 0 ? {} : { where: allOf(around.conditions) }),
      require,
    },
    message: escaped(text),
    fix: null,
    notes: around.notes,
  };
}

function enforcementOf(chosen: string): Enforcement {
  return chosen.toLowerCase() === 'enforce' ? 'deny' : 'audit';
}

/**
 * The workloads whose templates are judged with pods: those that are named, `[]` for all; null where none are. Kyverno adds them to a
 * rule on pods alone, unless it goes by names or labels.
 */
function controllersOf({ match, exclude }: Rule, named: string | undefined): readonly string[] | null {
  const filters = [...filtersOf(match), ...(exclude === undefined ? [] : filtersOf(exclude))];
  const kinds = filters.flatMap(({ resources }) => resources?.kinds ?? []);
  const isNarrow = filters.some(({ resources }) => resources?.name ?? resources?.names ?? resources?.selector);
  if (named === 'none' || isNarrow || kinds.length === 0 || !kinds.every((kind) => /^(?:\*\/|v1\/)*Pod$/.test(kind)))
    return null;
  return named === undefined || named === 'all' ? [] : named.split(',').map((name) => name.trim());
}

function filtersOf({ resources, any = [], all = [] }: z.infer<typeof matchSchema>): readonly Filter[] {
  return [...(resources === undefined ? [] : [{ resources }]), ...any, ...all];
}

function conditionsOf({ match, exclude }: Rule, root: Path, controllers: readonly string[] | null): readonly string[] {
  const isTemplate = controllers !== null;
  const wanted = matchCondition(match, [...root, 'match'], isTemplate);
  const left = exclude === undefined ? null : matchCondition(exclude, [...root, 'exclude'], isTemplate);
  if (exclude !== undefined && left === null) throw new Refusal([...root, 'exclude'], 'everything is excluded');
  return [
    ...(wanted === null ? [] : [wanted]),
    ...(controllers === null || controllers.length === 0
      ? []
      : [`workload.kind in ${literalOf(['Pod', ...controllers])}`]),
    ...(left === null ? [] : [`!(${left})`]),
  ];
}

/** Null where it is true of everything that is judged. */
function matchCondition(
  { resources, any, all }: z.infer<typeof matchSchema>,
  path: Path,
  isTemplate: boolean,
): string | null {
  const own = resources === undefined ? [] : [filterCondition({ resources }, path, isTemplate)];
  const each = (list: readonly Filter[], key: string) =>
    list.map((one, index) => filterCondition(one, [...path, key, index], isTemplate));
  const alternatives = each(any ?? [], 'any');
  const some =
    any === undefined || alternatives.includes(null) ? null : alternatives.map((one) => `(${one})`).join(' || ');
  const parts = [
    ...own,
    ...each(all ?? [], 'all'),
    some === null ? null : alternatives.length === 1 ? (alternatives[0] ?? null) : `(${some})`,
  ];
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? null : said.join(' && ');
}

function filterCondition({ resources }: Filter, path: Path, isTemplate: boolean): string | null {
  const { kinds = [], names = [], name, namespaces = [], operations, selector } = resources ?? {};
  const at = [...path, 'resources'];
  if (operations !== undefined && !operations.includes('CREATE'))
    throw new Refusal(
      [...at, 'operations'],
      `it is asked on ${operations.join(' and ')} alone, and a file says what is to be created`,
    );
  const object = isTemplate ? 'workload' : 'self';
  const conditions = [
    ...(isTemplate || kinds.length === 0 ? [] : [kindsCondition(kinds, [...at, 'kinds'])]),
    ...nameCondition(name === undefined ? names : [name, ...names], `${object}.?metadata.?name`),
    ...nameCondition(namespaces, `${object}.?metadata.?namespace`),
    ...selectorConditions(selector ?? {}),
  ];
  return conditions.length === 0 ? null : conditions.join(' && ');
}

/** `Pod`, `apps/v1/Deployment`, `v1/Service`. */
function kindsCondition(kinds: readonly string[], path: Path): string {
  const conditions = kinds.map((written, index) => {
    const [kind = '', ...before] = written.split('/').reverse();
    const apiVersion = before.reverse().join('/');
    if (!/^[A-Z]\w*$/.test(kind))
      throw new Refusal([...path, index], `which kinds \`${written}\` means is not certain`);
    if (apiVersion.includes('*')) throw new Refusal([...path, index], 'a version with wildcards is not carried over');
    return apiVersion === '' ? { kind } : { kind, apiVersion };
  });
  const plain = conditions.filter(({ apiVersion }) => apiVersion === undefined).map(({ kind }) => kind);
  const exact = conditions
    .filter(({ apiVersion }) => apiVersion !== undefined)
    .map(({ kind, apiVersion }) => `self.kind == ${literalOf(kind)} && self.apiVersion == ${literalOf(apiVersion)}`);
  const all = [
    ...(plain.length === 0
      ? []
      : [plain.length === 1 ? `self.kind == ${literalOf(plain[0])}` : `self.kind in ${literalOf(plain)}`]),
    ...exact,
  ];
  return all.length === 1 ? (all[0] ?? 'true') : `(${all.map((one) => `(${one})`).join(' || ')})`;
}

function nameCondition(names: readonly string[], optional: string): readonly string[] {
  if (names.length === 0) return [];
  const value = `${optional}.orValue("")`;
  if (!names.some((name) => /[*?]/.test(name))) return [`${value} in ${literalOf(names)}`];
  const each = names.map((name) => `${value}.matches(${literalOf(wildcardRegex(name))})`);
  return [each.length === 1 ? (each[0] ?? 'true') : `(${each.join(' || ')})`];
}
