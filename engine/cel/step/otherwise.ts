/** `a.or(b)` and `a.orValue(b)`: the other value is evaluated only where it is wanted. */
import type { Call } from '../syntax/expression.ts';
import { type CelValue, Optional, stops } from '../value.ts';
import { type Compiler, misfit, type Step } from './frame.ts';

/** The step of such a call, or null where it is another. */
export function otherwiseStep(compiler: Compiler, node: Call): Step | null {
  const [targetNode, otherNode] = compiler.notes.calls.get(node)?.args ?? [];
  if (node.target !== targetNode || targetNode === undefined || otherNode === undefined || node.args.length !== 1)
    return null;
  if (node.name !== 'or' && node.name !== 'orValue') return null;
  const target = compiler.step(targetNode);
  const other = compiler.step(otherNode);
  const error = misfit(targetNode.span, `${node.name} is of an optional`);
  const wanted = misfit(otherNode.span, 'or takes an optional');
  const present: (value: CelValue, optional: Optional) => CelValue =
    node.name === 'orValue' ? (value) => value : (_, optional) => optional;
  const check = node.name === 'or';
  return (frame) => {
    const value = target(frame);
    if (!(value instanceof Optional)) return stops(value) ? value : error;
    if (value.value !== undefined) return present(value.value, value);
    const instead = other(frame);
    return check && !stops(instead) && !(instead instanceof Optional) ? wanted : instead;
  };
}
