/** A policy's expressions on every resource of a file, as trees: what `why` puts into words and coverage counts. */
import type { EvaluationNode } from '../cel/blame/tree.ts';
import { readDocument } from '../document/index.ts';
import type { Context } from '../evaluate.ts';
import { fileOf, scopeOf } from '../evaluation/scope.ts';
import type { Native, SourceFile, Value } from '../model.ts';
import { liftResources } from '../resource/index.ts';
import { judgeRego, type RegoJudgement } from '../rule/rego/judge.ts';
import { createRegoCompiler, type RegoCompiler } from '../rule/rego/rule.ts';
import { elementsOf, type Scope } from '../rule/require.ts';
import type { EnabledPolicy, PolicySet } from './compile.ts';
import { compilePolicy } from './compilePolicy.ts';
import { formatPath } from './path.ts';

/** What a policy made of one resource, or of one element of it. Names may hold secrets. */
export interface PolicyEvaluation {
  /** `Deployment/web spec.containers[0]`; with `each`, the element's key behind it in brackets. */
  readonly resource: string;
  /** Null where the policy has none: every resource is then judged. */
  readonly where: EvaluationNode | null;
  /** Null where `where` left the resource out, and for the other forms, which have no expression. */
  readonly require: EvaluationNode | null;
  /** What a rule of Rego gave: which parts of it were asked, a compiled module does not tell. */
  readonly rego: RegoJudgement | null;
  /** What its CEL sees. */
  readonly scope: Scope;
}

export interface EvaluationRequest {
  readonly file: SourceFile;
  readonly policies: PolicySet;
  /** The policy's id. */
  readonly id: string;
  readonly native: Native;
  readonly context: Context;
}

const maxResources = 200;
/** As much as a document may take. */
const budget = 50_000_000;

/** Evaluates a policy on every resource of a file. None where it is off, broken, or judges nothing there. */
export function evaluationsOf({ file, policies, id, native, context }: EvaluationRequest): readonly PolicyEvaluation[] {
  const enabled = policies.policies.find(({ policy }) => policy.id === id);
  if (enabled === undefined) return [];
  const document = readDocument(file, native);
  const rego = createRegoCompiler();
  return liftResources(document)
    .flatMap(({ resources }) => resources)
    .filter(({ kind }) => enabled.policy.resources.includes(kind))
    .slice(0, maxResources)
    .flatMap((resource) => {
      const scope = scopeOf(resource, fileOf(document), context);
      scope.params = enabled.parameters;
      const name = [resource.name, formatPath(resource.path)].filter((part) => part !== '').join(' ');
      return evaluate(enabled, resource.kind, scope, rego).map((found) => ({
        ...found,
        resource: name + found.resource,
      }));
    });
}

function evaluate(
  enabled: EnabledPolicy,
  kind: string,
  scope: Scope,
  compiler: RegoCompiler,
): readonly PolicyEvaluation[] {
  const { where, require, rego } = compilePolicy(enabled, kind, { secretProblems: () => [], rego: compiler });
  const narrowed = where?.tree(scope) ?? null;
  const isJudged = narrowed === null || (narrowed.outcome.kind === 'given' && narrowed.outcome.result === true);
  const gave = isJudged && rego !== null ? judgeRego(rego, scope.self as Value, enabled.parameters, budget) : null;
  if (!isJudged || require === null) return [{ resource: '', where: narrowed, require: null, rego: gave, scope }];
  const { each } = enabled.policy;
  if (each.length === 0) return [{ resource: '', where: narrowed, require: require.tree(scope), rego: null, scope }];
  return [...elementsOf(each, scope.self as Value)].map(({ item, key }) => {
    const inner: Scope = Object.assign(Object.create(null), scope, { item, key });
    return { resource: ` [${key}]`, where: narrowed, require: require.tree(inner), rego: null, scope: inner };
  });
}
