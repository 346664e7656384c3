/** A fix is tried before it is offered: it must repair the finding, break nothing and change nothing else. */

import { applyEdits } from '../decide.ts';
import { readDocument } from '../document/index.ts';
import type { Context } from '../evaluate.ts';
import { createJudgeCache } from '../evaluation/cache.ts';
import type { Bench } from '../evaluation/judgeOne.ts';
import { judgePart } from '../evaluation/part.ts';
import type { Document, Native, Part, SourceFile } from '../model.ts';
import { onlyPolicy, type PolicySet } from '../policy/compile.ts';
import type { CompiledPolicy } from '../policy/compilePolicy.ts';
import { liftResources } from '../resource/index.ts';
import { sameValue } from './change.ts';
import type { Proposal } from './propose.ts';

/** What a proposal is tried with. */
export interface Trial {
  readonly file: SourceFile;
  readonly part: Part;
  readonly policy: CompiledPolicy;
  readonly policies: PolicySet;
  readonly context: Context;
  readonly native: Native;
}

/** Whether a proposal does what it should, judged on its part alone. */
export function holds(proposal: Proposal, trial: Trial): boolean {
  const before = readAlone(trial, trial.part.content.text);
  const after = readAlone(trial, applyEdits(trial.part.content.text, proposal.edits));
  if (before === null || after === null || after.document.problems.length > before.document.problems.length)
    return false;
  const { expected } = proposal;
  if (expected !== null && !readingsOf(after).some((value) => sameValue(value, expected.value))) return false;
  return misses(after, trial) < misses(before, trial);
}

interface Alone {
  readonly document: Document;
  readonly part: Part;
}

/** A part's text read as a file of its own; null where it is no longer one part. */
function readAlone({ file, native }: Trial, text: string): Alone | null {
  const document = readDocument({ ...file, text }, native);
  const parts = document.parts.filter(({ content }) => content.root !== null);
  const part = parts[0] ?? document.parts[0];
  return part === undefined || parts.length > 1 ? null : { document, part };
}

/** The values of the readings of a part: the parser's, and those of adapters that have their own. */
function readingsOf({ document, part }: Alone) {
  return [part, ...liftResources({ ...document, parts: [part] }).map((lifted) => lifted.part)].map(
    ({ content }) => content.value,
  );
}

function misses({ document, part }: Alone, { policies, policy, context }: Trial): number {
  const bench: Bench = { document, policies: onlyPolicy(policies, policy), context, cache: createJudgeCache() };
  return judgePart(part, bench).marks.filter(({ judged }) => judged.policy === policy).length;
}
