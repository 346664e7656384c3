/** The condition of an exception's scope: CEL over the finding and the place where it is met. */
import { type Compilation, compile, type Program } from '../cel/index.ts';
import { dyn } from '../cel/type.ts';
import type { Value } from '../model.ts';

export type MatchVariables = Readonly<Record<'finding' | 'context', Readonly<Record<string, Value>>>>;

const maxCost = 100_000;

/** Compiles a condition; `program` is null where it is no CEL. */
export function compileMatch(source: string): Compilation {
  return compile(source, { variables: { finding: dyn, context: dyn } });
}

/** Whether a condition is met. An error, an unknown and what is no boolean are not true. */
export function isMet(match: Program, { finding, context }: MatchVariables): boolean {
  const evaluation = match.evaluate({ finding: plain(finding), context: plain(context) }, { cost: maxCost });
  return evaluation.kind === 'value' && evaluation.value === true;
}

function plain(fields: Readonly<Record<string, Value>>): Value {
  return Object.assign(Object.create(null), fields);
}
