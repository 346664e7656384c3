/** Kyverno's ClusterPolicy and Policy: rules that validate with CEL or by a pattern. Other rules are refused by name. */
import * as z from 'zod';
import type { Enforcement, Path } from '../../../model.ts';
import { allOf } from '../conditions.ts';
import { paramsOf, refuseWebhookConditions, widened } from './admission.ts';
import { celFields, metadataSchema, paramFields, webhookSchema } from './admissionForm.ts';
import { type Draft, escaped, idPart, saying } from './draft.ts';
import { type Around, draftsOf, originsOfWords, wordsOf } from './drafts.ts';
import { notInFile } from './expressions.ts';
import { conditionsOf, controllersOf, matchSchema } from './kyvernoMatch.ts';
import { patternCondition } from './kyvernoPattern.ts';
import { fitting, type Manifest } from './manifest.ts';
import { Refusal } from './refusal.ts';

const action = z.string().max(20);
const overrides = z.array(z.looseObject({})).max(100).optional();

const ruleSchema = z.lazy(() =>
  z.strictObject({
    name: z.string().max(300),
    match: matchSchema,
    exclude: matchSchema.optional(),
    celPreconditions: celFields().matchConditions,
    skipBackgroundRequests: z.boolean().optional(),
    reportProperties: z.unknown().optional(),
    validate: z.strictObject({
      message: z.string().max(5_000).optional(),
      failureAction: action.optional(),
      failureActionOverrides: overrides,
      validationFailureAction: action.optional(),
      allowExistingViolations: z.boolean().optional(),
      cel: z
        .strictObject({
          expressions: celFields().validations,
          variables: celFields().variables,
          auditAnnotations: celFields().auditAnnotations,
          ...paramFields(),
          generate: z.boolean().optional(),
        })
        .optional(),
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
      validationFailureActionOverrides: overrides,
      failurePolicy: celFields().failurePolicy,
      background: z.boolean().optional(),
      admission: z.boolean().optional(),
      emitWarning: z.boolean().optional(),
      webhookTimeoutSeconds: z.number().optional(),
      webhookConfiguration: webhookSchema.optional(),
      applyRules: z.enum(['All', 'One']).optional(),
      generateExisting: z.boolean().optional(),
      generateExistingOnPolicyUpdate: z.boolean().optional(),
      mutateExistingOnPolicyUpdate: z.boolean().optional(),
      schemaValidation: z.boolean().optional(),
      useServerSideApply: z.boolean().optional(),
    }),
  }),
);

type Rule = z.infer<typeof ruleSchema>;
type Spec = z.infer<typeof policySchema>['spec'];

/** The policies that the rules of a ClusterPolicy make. */
export function fromClusterPolicy(manifest: Manifest, others: readonly Manifest[], domain: string): readonly Draft[] {
  refuseOtherRules(manifest);
  const { metadata, spec } = fitting(manifest, policySchema);
  if (manifest.value.kind === 'Policy')
    throw new Refusal(['kind'], 'it holds in one namespace alone, which a file need not name');
  const named = metadata.annotations?.['pod-policies.kyverno.io/autogen-controllers'];
  refuseElsewhere(spec);
  return spec.rules.flatMap((rule, index) => {
    const { validate } = rule;
    const root = ['spec', 'rules', index];
    const controllers = controllersOf(rule, spec.rules, named, root);
    const around: Around = {
      root,
      places: {
        validations: [...root, 'validate', 'cel', 'expressions'],
        variables: [...root, 'validate', 'cel', 'variables'],
        matchConditions: [...root, 'celPreconditions'],
      },
      metadata: spec.rules.length === 1 ? metadata : { ...metadata, name: `${metadata.name}-${rule.name}` },
      domain,
      from: 'ClusterPolicy',
      resource: controllers === null ? 'kubernetes.object' : 'kubernetes.template',
      conditions: conditionsOf(rule, root, controllers),
      enforcement: enforcementOf(
        validate.failureAction ?? validate.validationFailureAction ?? spec.validationFailureAction ?? 'Audit',
      ),
      params:
        validate.cel?.paramKind === undefined
          ? notInFile
          : paramsOf(validate.cel.paramKind, validate.cel.paramRef ?? {}, others),
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

/** What is in force in another way somewhere, or asked about on further conditions. */
function refuseElsewhere({ rules, validationFailureActionOverrides, webhookConfiguration, applyRules }: Spec): void {
  const elsewhere = 'in some namespaces it is enforced in another way';
  if ((validationFailureActionOverrides ?? []).length > 0)
    throw new Refusal(['spec', 'validationFailureActionOverrides'], elsewhere);
  for (const [index, { validate }] of rules.entries())
    if ((validate.failureActionOverrides ?? []).length > 0)
      throw new Refusal(['spec', 'rules', index, 'validate', 'failureActionOverrides'], elsewhere);
  refuseWebhookConditions(webhookConfiguration);
  if (applyRules === 'One' && rules.length > 1)
    throw new Refusal(['spec', 'applyRules'], 'which of its rules is the first that applies is not asked here');
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
  const { pattern, anyPattern } = validate;
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
  const text = saying(validate.message) ?? title;
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
    origins: { ...originsOfWords, where: [...around.root, 'match'], require: root, message: [...root, 'message'] },
    notes: around.notes,
  };
}

function enforcementOf(chosen: string): Enforcement {
  return chosen.toLowerCase() === 'enforce' ? 'deny' : 'audit';
}
