/** How an admission policy finds the pods of an object, and reads back what it says of them. */
import { parse } from '../../cel/syntax/parse.ts';
import { groupBy } from '../../groupBy.ts';
import type { Path, Span } from '../../model.ts';
import { podHolders } from './kubernetesApi.ts';
import { literalOf } from './rewrite.ts';

/** The list of what is judged: one pod, or the containers of all three kinds. */
export const judgedPods = '[variables.pod]';
export const judgedContainers =
  '(variables.pod.containers + variables.pod.?initContainers.orValue([]) + variables.pod.?ephemeralContainers.orValue([]))';

/** A field of the pod or of its template, by the kind of the object. */
export function inTemplate(field: string): string {
  const templates = [...groupBy(podHolders.slice(1), ({ template }) => template)];
  return templates.reduceRight(
    (other, [template, those]) =>
      `object.kind in ${literalOf(those.map(({ kind }) => kind))} ? ${template}${field} : ${other}`,
    `object${field}`,
  );
}

/** A rule on pods, templates or containers, with `variables.pod`, `variables.template` and `variables.metadata` in it. */
export interface PodRule {
  readonly resource: 'kubernetes.pod' | 'kubernetes.container' | 'kubernetes.template';
  readonly where: string | null;
  /** The list whose elements are judged, as a path in what is judged. */
  readonly each: string | null;
  readonly require: string;
  readonly message: string;
}

interface Written {
  readonly variables: ReadonlyMap<string, string>;
  readonly expression: string;
  readonly messageExpression: string;
}

/** The rule that was exported in this form; null where it was written in another. */
export function podRuleOf({ variables, expression, messageExpression }: Written): PodRule | null {
  if (variables.get('template') === inTemplate('')) {
    const where = variables.get('applies') ?? null;
    const require = where === null ? expression : between(expression, '!variables.applies || (', ')');
    return require === null
      ? null
      : { resource: 'kubernetes.template', where, each: null, require, message: messageExpression };
  }
  if (variables.get('pod') !== inTemplate('.spec') || expression !== 'variables.misses.size() == 0') return null;
  const message = between(messageExpression, 'variables.misses.map(self, ', ").join('; ')");
  for (const [resource, judged] of judgedBy) {
    const miss = between(variables.get('misses') ?? '', `${judged}.filter(self, `, ')');
    const rule = miss === null ? null : partsOf(miss);
    if (rule === null || message === null) continue;
    return {
      resource,
      where: rule.where,
      ...(elementsOf(rule.require, message) ?? { each: null, require: rule.require, message }),
    };
  }
  return null;
}

/** The elements of a list at a path, and what is said of those that fail. */
export const elements = (path: Path): string => `self.?${path.join('.?')}.orValue([])`;
export const toldOf = (list: string, require: string, text: string): string =>
  `${list}.filter(item, !(${require})).map(item, ${text}).join('; ')`;

/** A rule on each element of a list, where it is one. */
function elementsOf(holds: string, message: string): Pick<PodRule, 'each' | 'require' | 'message'> | null {
  const list = /^self((?:\.\?\w+)+)\.orValue\(\[\]\)\.all\(item, /.exec(holds);
  const require = list === null ? null : between(holds, list[0], ')');
  if (list === null || require === null) return null;
  const path = (list[1] ?? '').split('.?').slice(1);
  const [before = '', after = ''] = toldOf(elements(path), require, '\n').split('\n');
  const text = require.includes('\n') ? null : between(message, before, after);
  return text === null ? null : { each: path.join('.'), require, message: text };
}

const judgedBy = [
  ['kubernetes.pod', judgedPods],
  ['kubernetes.container', judgedContainers],
] as const;

/** `!(require)` or `(where) && !(require)`. */
function partsOf(miss: string): { readonly where: string | null; readonly require: string } | null {
  const { root, problems } = parse(miss);
  if (problems.length > 0) return null;
  const [first, second] = root.kind === 'logical' && root.operator === '&&' ? root.operands : [null, root];
  if (second?.kind !== 'operation' || second.operator !== '!' || second.operands[0] === undefined) return null;
  // Both stand in parentheses.
  const text = ({ start, end }: Span): string => miss.slice(start + 1, end - 1);
  return { where: first == null ? null : text(first.span), require: text(second.operands[0].span) };
}

function between(text: string, before: string, after: string): string | null {
  return text.startsWith(before) && text.endsWith(after) ? text.slice(before.length, -after.length) : null;
}
