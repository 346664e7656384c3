/** The policies that admission CEL makes, whatever it was written for. */
import type * as z from 'zod';
import type { Enforcement, Path, Severity } from '../../../model.ts';
import { allOf } from '../conditions.ts';
import { type ApiResource, podHolders } from '../kubernetesApi.ts';
import { podRuleOf } from '../podForm.ts';
import type { celSchema, metadataSchema } from './admissionForm.ts';
import { type Draft, escaped, idPart, saying } from './draft.ts';
import { imported, type Names, type Params, type Written } from './expressions.ts';
import { conditionsOf, kindsOf } from './match.ts';
import { messageOf } from './message.ts';
import { Refusal } from './refusal.ts';

type Spec = z.infer<typeof celSchema>;

/** Where the lists of expressions stand. */
export type Places = Readonly<Record<'validations' | 'variables' | 'matchConditions', Path>>;

/** Where they stand in the `spec` of a policy that is nothing but CEL. */
export const placesInSpec: Places = {
  validations: ['spec', 'validations'],
  variables: ['spec', 'variables'],
  matchConditions: ['spec', 'matchConditions'],
};

/** What is known of a policy beside its CEL. */
export interface Around {
  /** Where its CEL stands, of which that of each kind is at `places`. */
  readonly root: Path;
  readonly places: Places;
  readonly metadata: z.infer<typeof metadataSchema>;
  readonly domain: string;
  readonly from: string;
  readonly resource: 'kubernetes.object' | 'kubernetes.template';
  readonly conditions: readonly string[];
  readonly enforcement: Enforcement;
  readonly params: Params;
  /** The kinds behind collections. */
  readonly known: readonly ApiResource[];
  readonly notes: readonly string[];
}

/** A policy for each validation. */
export function draftsOf(spec: Spec, around: Around): readonly Draft[] {
  const { validations = [], variables = [], matchConditions = [] } = spec;
  const { root, places, metadata, from, resource } = around;
  if (validations.length === 0) throw new Refusal(root, 'it validates nothing');
  const names: Names = {
    variables: new Map(
      variables.map(({ name, expression }, index) => [
        name,
        { text: expression, path: [...places.variables, index, 'expression'] },
      ]),
    ),
    params: around.params,
    object: 'self',
    sent: resource === 'kubernetes.template' ? 'workload' : 'self',
  };
  const own = ownDraft(spec, around, names);
  if (own !== null) return [own];
  const say = (written: Written): string => imported(written, names);
  const conditions = [
    ...around.conditions,
    ...matchConditions.map(({ expression }, index) =>
      say({ text: expression, path: [...places.matchConditions, index, 'expression'] }),
    ),
  ];
  const matching = conditionsOf(spec.matchConstraints ?? {}, [...root, 'matchConstraints'], around.known, conditions);
  const where = allOf([...matching, ...conditions]);
  const said = wordsOf(metadata, around.enforcement);
  return validations.map(({ expression, messageExpression, ...validation }, index) => {
    const message = saying(validation.message);
    const path = [...places.validations, index];
    const title = said.title ?? message ?? metadata.name;
    const suffix = validations.length === 1 ? '' : `-${index + 1}`;
    return {
      ...said,
      id: `${idOf(around)}${suffix}`,
      title,
      enforcement: around.enforcement,
      why: said.why ?? `The ${from} ${metadata.name} requires it, and does not say why.`,
      remedy: said.remedy ?? message ?? title,
      rule: {
        resource,
        ...(where === '' ? {} : { where }),
        require: say({ text: expression, path: [...path, 'expression'] }),
      },
      message:
        messageExpression === undefined
          ? escaped(message ?? title)
          : messageOf(say({ text: messageExpression, path: [...path, 'messageExpression'] })),
      fix: null,
      origins: {
        ...originsOfWords,
        where: places.matchConditions,
        require: [...path, 'expression'],
        message: [...path, messageExpression === undefined ? 'message' : 'messageExpression'],
      },
      notes: [
        ...around.notes,
        ...(spec.failurePolicy === 'Ignore'
          ? ['there an object passes that cannot be judged, here that is a finding']
          : []),
      ],
    };
  });
}

/** What Kerb itself exported of a policy on pods becomes that policy again. */
function ownDraft(spec: Spec, around: Around, names: Names): Draft | null {
  const [validation, ...others] = spec.validations ?? [];
  if (validation?.messageExpression === undefined || others.length > 0 || around.resource !== 'kubernetes.object')
    return null;
  if (
    (spec.matchConditions ?? []).length > 0 ||
    kindsOf(spec.matchConstraints ?? {})
      .toSorted()
      .join() !== holderKinds
  )
    return null;
  const variables = new Map([...names.variables].map(([name, { text }]) => [name, text]));
  const { expression, messageExpression } = validation;
  const rule = podRuleOf({ variables, expression, messageExpression });
  if (rule === null) return null;
  const path = [...around.places.validations, 0, 'expression'];
  const own = { pod: 'pod', template: 'self', metadata: 'metadata' };
  const say = (text: string): string => imported({ text, path }, { ...names, object: 'workload', own });
  const said = wordsOf(around.metadata, around.enforcement);
  const title = said.title ?? around.metadata.name;
  return {
    ...said,
    id: idOf(around),
    title,
    enforcement: around.enforcement,
    why: said.why ?? title,
    remedy: said.remedy ?? title,
    rule: {
      resource: rule.resource,
      ...(rule.where === null ? {} : { where: say(rule.where) }),
      ...(rule.each === null ? {} : { each: rule.each }),
      require: say(rule.require),
    },
    message: messageOf(say(rule.message)),
    fix: null,
    origins: { ...originsOfWords, require: path, message: [...around.places.validations, 0, 'messageExpression'] },
    notes: around.notes,
  };
}

const holderKinds = podHolders
  .map(({ kind }) => kind)
  .sort()
  .join();

/** The id that Kerb's export names, else one made of the policy's name. */
function idOf({ metadata, domain }: Around): string {
  const own = metadata.annotations?.['kerb/policy'];
  return own !== undefined && /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/.test(own)
    ? own
    : `${domain}/${idPart(metadata.name)}`;
}

/** What the annotations say, of Kerb's own export or as Kyverno's policies have them. */
export function wordsOf(metadata: z.infer<typeof metadataSchema>, enforcement: Enforcement) {
  const notes = metadata.annotations ?? {};
  const said = (...keys: readonly string[]) =>
    keys.map((key) => saying(notes[key])).find((text) => text !== null) ?? null;
  return {
    title: said('kerb/title', 'policies.kyverno.io/title'),
    why: said('kerb/why', 'policies.kyverno.io/description', 'kubernetes.io/description'),
    remedy: said('kerb/remedy'),
    severity: severityOf(notes['kerb/severity'] ?? notes['policies.kyverno.io/severity'] ?? '', enforcement),
    references: [],
  };
}

/** Where what a policy says beside its rule may come from. */
export const originsOfWords: Draft['origins'] = Object.fromEntries(
  ['title', 'why', 'remedy'].map((key) => [key, ['metadata', 'annotations']]),
);

function severityOf(named: string, enforcement: Enforcement): Severity {
  const known = (['info', 'low', 'medium', 'high', 'critical'] as const).find((one) => one === named.toLowerCase());
  return known ?? { deny: 'high' as const, warn: 'medium' as const, audit: 'low' as const }[enforcement];
}
