/** Why a policy says what it says of a file: every resource, every part of its CEL, with what each part gave. */
import type { EvaluationNode } from '../cel/blame/tree.ts';
import { formatValue } from '../cel/index.ts';
import { CelError, type CelValue, stops } from '../cel/value.ts';
import { judge } from '../evaluate.ts';
import { createMasker } from '../evaluation/maskAll.ts';
import type { RegoJudgement } from '../rule/rego/judge.ts';
import { type EvaluationRequest, evaluationsOf } from './evaluations.ts';
import { formatPath } from './path.ts';

/** What a policy made of one resource, or of one element of it; see `PolicyEvaluation`. */
export interface Why {
  readonly resource: string;
  readonly where: WhyNode | null;
  readonly require: WhyNode | null;
  /** What a rule of Rego gave. */
  readonly rego: WhyNode | null;
}

/** A part of an expression as a person reads it. */
export interface WhyNode {
  /** The part's source, on one line. */
  readonly source: string;
  /** `true`, `"nginx"`, `error: …`, `unknown`, `not asked`; long values are cut. */
  readonly value: string;
  readonly parts: readonly WhyNode[];
}

const maxValueLength = 120;

/** Evaluates a policy on every resource of a file, part by part. None where it is off or judges nothing there. */
export function why(request: EvaluationRequest): readonly Why[] {
  const { file, policies, id, native, context } = request;
  const policy = policies.policies.find((enabled) => enabled.policy.id === id)?.policy;
  if (policy === undefined) return [];
  const where = policy.where?.text ?? '';
  const require = policy.rule.kind === 'require' ? policy.rule.require.text : '';
  // Values are shown here that no finding may mention: what is a secret to any policy is masked.
  const { secrets } = judge(file, { policies, native, context });
  const mask = createMasker(secrets.map(({ start, end }) => file.text.slice(start, end)));
  const inWords = (source: string, node: EvaluationNode | null) => (node === null ? null : wordsOf(source, node, mask));
  return evaluationsOf(request).map((found) => ({
    resource: mask(found.resource),
    where: inWords(where, found.where),
    require: inWords(require, found.require),
    rego:
      found.rego === null || policy.rule.kind !== 'rego'
        ? null
        : regoWords(policy.rule.entrypoint.text, found.rego, mask),
  }));
}

/** What a rule gave as far as it tells: its messages, and where they belong. */
function regoWords(entrypoint: string, gave: RegoJudgement, mask: (text: string) => string): WhyNode {
  if (gave.kind === 'unknown') return { source: entrypoint, value: 'unknown', parts: [] };
  if (gave.kind === 'error') return { source: entrypoint, value: `error: ${mask(gave.message)}`, parts: [] };
  const parts = gave.results.map(({ msg, path }) => ({
    source: shown(mask(msg)),
    value: path === null ? 'the resource' : formatPath(path),
    parts: [],
  }));
  return { source: entrypoint, value: parts.length === 0 ? 'nothing' : String(parts.length), parts };
}

/** An evaluation's tree, with its sources and its values in words, masked before they are cut. */
function wordsOf(source: string, node: EvaluationNode, mask: (text: string) => string): WhyNode {
  const said = (result: CelValue | CelError): string => shown(mask(wordsFor(result)));
  const rounds = node.rounds.map(({ variables, body }): WhyNode => {
    const names = variables.map(({ name, value }) => `${name} = ${said(value)}`).join(', ');
    const inner = wordsOf(source, body, mask);
    return { source: names, value: inner.value, parts: [inner] };
  });
  const more = node.moreRounds > 0 ? [{ source: `${node.moreRounds} more`, value: 'not shown', parts: [] }] : [];
  return {
    source: source.slice(node.span.start, node.span.end).replace(/\s+/g, ' '),
    value: node.outcome.kind === 'skipped' ? 'not asked' : said(node.outcome.result),
    parts: [...node.parts.map((part) => wordsOf(source, part, mask)), ...rounds, ...more],
  };
}

/** A value as a person would write it; an error by its message. May hold secrets. */
export function wordsFor(result: CelValue | CelError): string {
  if (result instanceof CelError) return `error: ${result.message}`;
  return stops(result) ? 'unknown' : formatValue(result);
}

/** Cut where it is long. What is shown has been masked before. */
export function shown(text: string): string {
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}
