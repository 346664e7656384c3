/** Why a policy says what it says of a file: every resource, every part of its CEL, with what each part gave. */

import type { EvaluationNode } from '../cel/blame/tree.ts';
import { formatValue, type Program } from '../cel/index.ts';
import { CelError, type CelValue, stops } from '../cel/value.ts';
import { readDocument } from '../document/index.ts';
import { type Context, judge } from '../evaluate.ts';
import { createMasker } from '../evaluation/maskAll.ts';
import { fileOf, scopeOf } from '../evaluation/scope.ts';
import type { Native, SourceFile, Value } from '../model.ts';
import { liftResources } from '../resource/index.ts';
import { elementsOf, type Scope } from '../rule/require.ts';
import type { PolicySet } from './compile.ts';
import { compilePolicy } from './compilePolicy.ts';
import { formatPath } from './path.ts';

/** What a policy made of one resource, or of one element of it. */
export interface Why {
  /** `Deployment/web spec.containers[0]`; with `each`, the element's key behind it. */
  readonly resource: string;
  /** Null where the policy has none; the resource is then judged. */
  readonly where: WhyNode | null;
  /** Null where `where` left the resource out, and for patterns and secrets, which have no expression. */
  readonly require: WhyNode | null;
}

/** A part of an expression as a person reads it. */
export interface WhyNode {
  /** The part's source, on one line. */
  readonly source: string;
  /** `true`, `"nginx"`, `error: …`, `unknown`, `not asked`; long values are cut. */
  readonly value: string;
  readonly parts: readonly WhyNode[];
}

export interface WhyRequest {
  readonly file: SourceFile;
  readonly policies: PolicySet;
  readonly id: string;
  readonly native: Native;
  readonly context: Context;
}

const maxResources = 200;
const maxValueLength = 120;

/** Evaluates a policy on every resource of a file, part by part. None where it is off or judges nothing there. */
export function why({ file, policies, id, native, context }: WhyRequest): readonly Why[] {
  const enabled = policies.policies.find(({ policy }) => policy.id === id);
  if (enabled === undefined) return [];
  const document = readDocument(file, native);
  // Values are shown here that no finding may mention: what is a secret to any policy is masked.
  const { secrets } = judge(file, { policies, native, context });
  const mask = createMasker(secrets.map(({ start, end }) => file.text.slice(start, end)));
  const resources = liftResources(document).flatMap((lifted) => lifted.resources);
  const judged = resources.filter(({ kind }) => enabled.policy.resources.includes(kind)).slice(0, maxResources);
  return judged.flatMap((resource): readonly Why[] => {
    const compiled = compilePolicy(enabled, resource.kind, () => []);
    const scope = scopeOf(resource, fileOf(document), context);
    scope.params = enabled.parameters;
    const where = compiled.where === null ? null : nodeOf(compiled.where, scope, mask);
    const name = [resource.name, formatPath(resource.path)].filter((part) => part !== '').join(' ');
    const isJudged = compiled.where?.evaluate(scope).kind === 'value' ? where?.value !== 'false' : where === null;
    if (!isJudged || compiled.require === null) return [{ resource: mask(name), where, require: null }];
    const { require } = compiled;
    if (enabled.policy.each.length === 0)
      return [{ resource: mask(name), where, require: nodeOf(require, scope, mask) }];
    return [...elementsOf(enabled.policy.each, resource.self)].map(({ item, key }) => ({
      resource: mask(`${name} [${key}]`),
      where,
      require: nodeOf(require, withItem(scope, item, key), mask),
    }));
  });
}

function withItem(scope: Scope, item: Value, key: string | number): Scope {
  return Object.assign(Object.create(null), scope, { item, key });
}

function nodeOf(program: Program, scope: Scope, mask: (text: string) => string): WhyNode {
  return whyNode(program.source, program.tree(scope), mask);
}

/** An evaluation's tree, with its sources and its values in words, masked before they are cut. */
export function whyNode(source: string, node: EvaluationNode, mask: (text: string) => string): WhyNode {
  const said = (result: CelValue | CelError): string => shown(mask(wordsFor(result)));
  const rounds = node.rounds.map(({ variables, body }): WhyNode => {
    const names = variables.map(({ name, value }) => `${name} = ${said(value)}`).join(', ');
    const inner = whyNode(source, body, mask);
    return { source: names, value: inner.value, parts: [inner] };
  });
  const more = node.moreRounds > 0 ? [{ source: `${node.moreRounds} more`, value: 'not shown', parts: [] }] : [];
  return {
    source: source.slice(node.span.start, node.span.end).replace(/\s+/g, ' '),
    value: node.outcome.kind === 'skipped' ? 'not asked' : said(node.outcome.result),
    parts: [...node.parts.map((part) => whyNode(source, part, mask)), ...rounds, ...more],
  };
}

function wordsFor(result: CelValue | CelError): string {
  if (result instanceof CelError) return `error: ${result.message}`;
  return stops(result) ? 'unknown' : formatValue(result);
}

function shown(text: string): string {
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}
