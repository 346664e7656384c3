/**
 * A policy as a ValidatingAdmissionPolicy and its binding (admissionregistration.k8s.io/v1), or as a Kyverno
 * ValidatingPolicy. What the API server's CEL cannot say is refused with the reason: an export means the same, or is none.
 */
import type { CelValue } from '../../cel/value.ts';
import type { Enforcement, Native } from '../../model.ts';
import { environmentOf, itemTypes, selfType } from '../environment.ts';
import { typeAt } from '../fieldType.ts';
import type { Policy } from '../policy.ts';
import { parseTemplate } from '../template.ts';
import { overBudget } from './admissionCost.ts';
import { manifestOf } from './admissionManifest.ts';
import { constraintsOf, type MatchConstraints, matchOf } from './admissionMatch.ts';
import { conditionsIn } from './conditions.ts';
import { apiResources, podHolders } from './kubernetesApi.ts';
import { elements, inTemplate, judgedContainers, judgedPods, toldOf } from './podForm.ts';
import { literalOf, type Reading, readExpression, rewritten } from './rewrite.ts';
import { asBool, compilerMisfit } from './untyped.ts';

export interface ExportRequest {
  readonly policy: Policy;
  /** What the organisation chose, or the policy's own. */
  readonly enforcement: Enforcement;
  readonly parameters: Readonly<Record<string, CelValue>>;
  readonly form: 'vap' | 'kyverno';
  readonly native: Pick<Native, 'sha256'>;
}

export type Exported = { readonly kind: 'exported'; readonly yaml: string } | Refused;
interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
}

/** Exports a policy, or says why it cannot be. */
export function exportAdmission(request: ExportRequest): Exported {
  const said = rulesOf(request);
  if (said.kind === 'refused') return said;
  const tooDear = request.form === 'vap' ? overBudget(said.rules) : null;
  return tooDear === null ? { kind: 'exported', yaml: manifestOf(request, said.rules) } : refused(tooDear);
}

/** Why the API server would give up on a policy that it could otherwise enforce; null where it would not, or never could. */
export function admissionBudgetProblem(request: RuleRequest): string | null {
  const said = rulesOf(request);
  return said.kind === 'refused' ? null : overBudget(said.rules);
}

function rulesOf(request: RuleRequest): { readonly kind: 'said'; readonly rules: Rules } | Refused {
  const { policy } = request;
  const [resource, ...others] = policy.resources;
  const self = resource === undefined || others.length > 0 ? undefined : selves.get(resource);
  if (policy.rule.kind !== 'require') return refused(`admission has no ${policy.rule.kind} rules`);
  if (self === undefined)
    return refused(`admission sees Kubernetes objects, pods and containers, not ${policy.resources.join(', ')}`);
  const readings = readingsOf(policy, policy.rule.require.text);
  if (readings === null) return refused('an expression does not parse');
  const { where, require, message } = readings;
  const problem =
    eachProblem(policy, readings) ??
    [where, require, ...message].map((one) => problemOf(one, policy)).find((one) => one !== null);
  if (problem !== null && problem !== undefined) return refused(problem);
  const rules = self(readings, request);
  const misfit = expressionsOf(rules)
    .map(compilerMisfit)
    .find((one) => one !== null);
  return misfit === undefined || misfit === null ? { kind: 'said', rules } : refused(misfit);
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

interface Readings {
  readonly where: Reading | null;
  readonly require: Reading;
  /** Texts and expressions of the message in turn. */
  readonly message: readonly (string | Reading)[];
  /** Reads a further expression with the same variables. */
  readonly read: (source: string) => Reading | null;
}

function readingsOf(policy: Policy, rule: string): Readings | null {
  const { variables } = environmentOf(policy, policy.resources[0] ?? '');
  const environment = { variables: { ...variables, ...itemTypes(policy, policy.resources[0] ?? '') } };
  const read = (source: string): Reading | null => readExpression(source, environment);
  const require = read(rule);
  const where = policy.where === null ? null : read(policy.where.text);
  const message = parseTemplate(policy.message.text).pieces.map((piece) =>
    piece.kind === 'text' ? piece.text : read(piece.source),
  );
  const known = message.filter((piece) => piece !== null);
  const isReadable = require !== null && (policy.where === null || where !== null) && known.length === message.length;
  return isReadable ? { where, require, message: known, read } : null;
}

const unseen: ReadonlyMap<string, string> = new Map([
  ['file', 'the API server knows no files'],
  ['context', 'the API server knows neither gates nor days'],
]);

/** Why the API server could not evaluate an expression; null where it can. */
function problemOf(reading: Reading | string | null, policy: Policy): string | null {
  if (reading === null || typeof reading === 'string') return null;
  const [misfit] = reading.misfits;
  if (misfit !== undefined) return misfit;
  for (const { name, field, isValue } of reading.mentions) {
    const reason = unseen.get(name);
    if (reason !== undefined) return `it reads \`${name}\`: ${reason}`;
    if (name === 'self' && field === 'type' && policy.resources[0] === 'kubernetes.container')
      return 'it reads `self.type`, which Kerb derives and containers do not have';
    if (name === 'params' && !isValue) return 'it reads `params` as a whole';
  }
  return null;
}

/** Why a rule on the elements of something cannot be said there; null where it can: they are those of one declared list. */
function eachProblem(policy: Policy, { where, require, message }: Readings): string | null {
  const [path, ...others] = policy.each;
  if (path === undefined) return null;
  if (others.length > 0) return '`each` of several lists has no counterpart';
  if (typeAt(selfType(policy.resources[0] ?? ''), path).kind !== 'list')
    return `\`each\` of ${path.join('.')} has no counterpart: it is not declared to be a list`;
  const mentions = [where, require, ...message].flatMap((one) =>
    one === null || typeof one === 'string' ? [] : one.mentions,
  );
  if (mentions.some(({ name }) => name === 'key')) return 'it reads `key`, the place in a list';
  const isTakenApart = mentions.some(({ name, field }) => name === 'item' && field === null);
  return isTakenApart && itemTypes(policy, policy.resources[0] ?? '').item?.kind === 'object'
    ? 'it goes through the fields of `item`, which has a type of its own there'
    : null;
}

/** What of an admission policy comes from a policy's expressions. */
export interface Rules {
  readonly matchConstraints: MatchConstraints;
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly expression: string;
  readonly messageExpression: string;
}

function expressionsOf({ matchConditions, variables, expression, messageExpression }: Rules): readonly string[] {
  return [...[...matchConditions, ...variables].map((one) => one.expression), expression, messageExpression];
}

type RuleRequest = Pick<ExportRequest, 'policy' | 'parameters'>;
type Self = (readings: Readings, request: RuleRequest) => Rules;

const selves: ReadonlyMap<string, Self> = new Map<string, Self>([
  ['kubernetes.object', objectRules],
  ['kubernetes.template', templateRules],
  ['kubernetes.pod', (readings, request) => podRules(readings, request, judgedPods)],
  ['kubernetes.container', (readings, request) => podRules(readings, request, judgedContainers)],
]);

/** `where` becomes match conditions, but for what the match itself says. */
function objectRules({ where, require, message, read }: Readings, { parameters }: RuleRequest): Rules {
  const say = (reading: Reading): string => renamed(reading, { self: 'object' }, parameters);
  const { constraints, left } = matchOf(where === null ? [] : conditionsIn(where.source));
  return {
    matchConstraints: constraints,
    matchConditions: left.flatMap((text, index) => {
      const reading = read(text);
      return reading === null ? [] : [{ name: `condition-${index + 1}`, expression: asBool(say(reading)) }];
    }),
    variables: [],
    expression: asBool(say(require)),
    messageExpression: messageOf(message, say),
  };
}

/** What is judged is the pod, or the template that a workload makes pods of. Match conditions know no variables. */
function templateRules({ where, require, message }: Readings, { parameters }: RuleRequest): Rules {
  const names = { self: 'variables.template', workload: 'object' };
  const say = (reading: Reading): string => renamed(reading, names, parameters);
  return {
    matchConstraints: holders,
    matchConditions: [],
    variables: [
      { name: 'template', expression: inTemplate('') },
      ...(where === null ? [] : [{ name: 'applies', expression: say(where) }]),
    ],
    expression: where === null ? asBool(say(require)) : `!variables.applies || (${say(require)})`,
    messageExpression: messageOf(message, say),
  };
}

/** The pod is found wherever its kind has it; what fails is collected, so that the message can name it. */
function podRules({ where, require, message }: Readings, request: RuleRequest, judged: string): Rules {
  const { parameters, policy } = request;
  const names = { pod: 'variables.pod', workload: 'object', metadata: 'variables.metadata' };
  const say = (reading: Reading): string => renamed(reading, names, parameters);
  const mentions = (variable: string): boolean =>
    [where, require, ...message].some(
      (one) => one !== null && typeof one !== 'string' && one.mentions.some(({ name }) => name === variable),
    );
  const list = policy.each[0] === undefined ? null : elements(policy.each[0]);
  const holds = list === null ? say(require) : `${list}.all(item, ${say(require)})`;
  const text = messageOf(message, say);
  const told = list === null ? text : toldOf(list, say(require), text);
  const isMiss = where === null ? `!(${holds})` : `(${say(where)}) && !(${holds})`;
  return {
    matchConstraints: holders,
    matchConditions: [],
    variables: [
      { name: 'pod', expression: inTemplate('.spec') },
      ...(mentions('metadata') ? [{ name: 'metadata', expression: inTemplate('.metadata') }] : []),
      { name: 'misses', expression: `${judged}.filter(self, ${isMiss})` },
    ],
    expression: 'variables.misses.size() == 0',
    messageExpression: `variables.misses.map(self, ${told}).join('; ')`,
  };
}

const holders: MatchConstraints = constraintsOf(
  podHolders.flatMap(({ kind }) => apiResources.filter((one) => one.kind === kind)),
);

function renamed(
  reading: Reading,
  names: Readonly<Record<string, string>>,
  parameters: ExportRequest['parameters'],
): string {
  return rewritten(reading, [
    ...reading.plainer,
    ...reading.mentions.map(({ name, span, field, whole }) =>
      name === 'params' && field !== null
        ? { span: whole, text: literalOf(parameters[field] ?? null) }
        : { span, text: names[name] ?? name },
    ),
  ]);
}

/** A message as one expression. What is no text becomes one. */
function messageOf(message: Readings['message'], say: (reading: Reading) => string): string {
  const pieces = message.map((piece) => (typeof piece === 'string' ? JSON.stringify(piece) : `string(${say(piece)})`));
  return pieces.join(' + ') || "''";
}
