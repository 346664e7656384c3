/** Which parts of a policy's conditions its cases have ever made true, false or unknown. */
import type { EvaluationNode } from '../cel/blame/tree.ts';
import { stops } from '../cel/value.ts';
import type { Span } from '../model.ts';
import { type CasesRequest, caseFiles, caseOptions } from './cases.ts';
import { evaluationsOf } from './evaluations.ts';
import type { Expression } from './policy.ts';
import { scalarPlaces } from './scalar.ts';

/** A condition, or a part of one, and how often it came out each way. */
export interface CoveredPart {
  /** In the policy's file. */
  readonly span: Span;
  readonly trueCount: number;
  readonly falseCount: number;
  /** Left open by a template, or broken. */
  readonly otherCount: number;
}

/** Counts over all cases of a page. Parts that were never asked are there too, with nothing counted. Outer parts first. */
export function coverageOf({ policy, page, native, shared }: CasesRequest): readonly CoveredPart[] {
  const { policies, context } = caseOptions(policy, native, shared);
  const found = caseFiles(page.text).flatMap((file) =>
    evaluationsOf({ file, policies, id: policy.id, native, context }),
  );
  const inFile = (expression: Expression | null, nodes: readonly (EvaluationNode | null)[]): readonly CoveredPart[] => {
    if (expression === null) return [];
    const { toFile } = scalarPlaces(policy.source, expression);
    return countsOf(nodes).map((part) => ({ ...part, span: toFile(part.span) }));
  };
  return [
    ...inFile(
      policy.where,
      found.map(({ where }) => where),
    ),
    ...inFile(
      policy.rule.kind === 'require' ? policy.rule.require : null,
      found.map(({ require }) => require),
    ),
  ];
}

/** The parts that gave true or false at least once, or that nobody asked. */
function countsOf(roots: readonly (EvaluationNode | null)[]): readonly CoveredPart[] {
  const parts = new Map<
    string,
    { span: Span; trueCount: number; falseCount: number; otherCount: number; given: number }
  >();
  const visit = ({ span, outcome, parts: inner, rounds }: EvaluationNode): void => {
    const key = `${span.start} ${span.end}`;
    const part = parts.get(key) ?? { span, trueCount: 0, falseCount: 0, otherCount: 0, given: 0 };
    parts.set(key, part);
    if (outcome.kind === 'given') {
      part.given++;
      if (outcome.result === true) part.trueCount++;
      else if (outcome.result === false) part.falseCount++;
      else if (stops(outcome.result)) part.otherCount++;
    }
    for (const each of inner) visit(each);
    for (const { body } of rounds) visit(body);
  };
  for (const root of roots) if (root !== null) visit(root);
  return [...parts.values()]
    .filter(({ trueCount, falseCount, otherCount, given }) => given === 0 || trueCount + falseCount + otherCount > 0)
    .sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end)
    .map(({ given: _given, ...part }) => part);
}
