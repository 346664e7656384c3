/** What macros run over, and how their variables are set for each round. */

import type { Unknown } from '../../model.ts';
import { mapEntries, mapKeys } from '../map.ts';
import type { Comprehension } from '../syntax/expression.ts';
import { weightOf } from '../syntax/weight.ts';
import { type CelError, type CelValue, isMap, stops } from '../value.ts';
import { budgetError, type Compiler, type Frame, misfit } from './frame.ts';

/** The rounds of one run: the values of the first and, where there is one, of the second variable. */
export interface Rounds {
  readonly length: number;
  /** Null: the number of the round. */
  readonly first: readonly CelValue[] | null;
  readonly second: readonly CelValue[] | null;
}

export interface Loop {
  /** The rounds, or why there are none. */
  open(frame: Frame): Rounds | CelError | Unknown;
  /** Sets the variables for a round, and pays for it; false when the budget is exhausted. */
  enter(frame: Frame, rounds: Rounds, round: number): boolean;
  readonly exhausted: CelError;
}

export function loopOf(compiler: Compiler, node: Comprehension): Loop {
  const [first, second] = node.variables.map((variable) => compiler.notes.slots.get(variable) ?? 0);
  const range = compiler.step(node.range);
  const weight = 1 + weightOf(node.body) + (node.filter === null ? 0 : weightOf(node.filter));
  const error = misfit(node.range.span, `${node.macro} runs over a list or a map`);
  const open = second === undefined ? openKeys : openEntries;
  return {
    open: (frame) => {
      const value = range(frame);
      if (stops(value)) return value;
      const rounds = open(value) ?? error;
      if (!Array.isArray(value) && isRounds(rounds)) frame.cost += rounds.length / 4;
      return rounds;
    },
    enter: (frame, rounds, round) => {
      frame.slots[first as number] = rounds.first === null ? round : (rounds.first[round] as CelValue);
      if (second !== undefined && rounds.second !== null) frame.slots[second] = rounds.second[round] as CelValue;
      frame.cost += weight;
      return frame.cost <= frame.limit;
    },
    exhausted: budgetError(node.span),
  };
}

export function isRounds(opened: Rounds | CelError | Unknown): opened is Rounds {
  return 'length' in opened;
}

/** With one variable: the elements of a list, the keys of a map. */
function openKeys(value: CelValue): Rounds | null {
  if (Array.isArray(value)) return { length: value.length, first: value, second: null };
  if (!isMap(value)) return null;
  const keys = mapKeys(value);
  return { length: keys.length, first: keys, second: null };
}

/** With two: the indices and elements of a list, the keys and values of a map. */
function openEntries(value: CelValue): Rounds | null {
  if (Array.isArray(value)) return { length: value.length, first: null, second: value };
  if (!isMap(value)) return null;
  const entries = mapEntries(value);
  return { length: entries.length, first: entries.map(([key]) => key), second: entries.map(([, inner]) => inner) };
}
