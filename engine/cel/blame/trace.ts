/** An evaluation that is looked at once more, to say what decided it. */
import type { Path } from '../../model.ts';
import type { Compiler, Frame } from '../step/frame.ts';
import type { Expression } from '../syntax/expression.ts';
import type { Result } from '../value.ts';

export interface Trace {
  readonly compiler: Compiler;
  readonly frame: Frame;
  /** Where the value in a slot stands in the data; null where nowhere. */
  readonly paths: (Path | null)[];
  /** The expressions that `cel.bind` named, by slot. */
  readonly bound: Map<number, Expression>;
}

export function valueOfNode(trace: Trace, node: Expression): Result {
  return trace.compiler.step(node)(trace.frame);
}
