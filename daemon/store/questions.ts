/**
 * Which questions have their decision: whoever asked a daemon that died before it answered asks again, and what it had decided
 * and kept by then is not kept a second time.
 */
import * as z from 'zod';
import type { DecisionRecord, JournalRecord } from '../../hub/protocol.ts';
import type { KeyedTable } from './keyedTable.ts';

const key = 'questions';
/** More than can be open at once: nobody asks again after another hundred decisions. */
const remembered = 128;

/** The newest last: the question, and its decision's number in the journal. */
const numbers = z.array(z.tuple([z.string(), z.int().min(1)]));

type State = Pick<KeyedTable, 'get' | 'put'>;

/** The numbers of the decisions on a question; several where it is about several targets. */
export function decisionsOn(question: string, state: State): readonly number[] {
  return read(state).flatMap(([asked, seq]) => (asked === question ? [seq] : []));
}

/** Remembers, in the transaction that keeps the decision. */
export function rememberQuestion(question: string, seq: number, state: State): void {
  state.put(key, JSON.stringify([...read(state), [question, seq]].slice(-remembered)));
}

/** Whether two decisions say the same of the same: then one of them is enough for one question. */
export function isSameDecision(one: JournalRecord, other: JournalRecord): boolean {
  return one.kind === 'decision' && other.kind === 'decision' && essenceOf(one) === essenceOf(other);
}

function essenceOf({ gate, origin, repository, target, effect, passed }: DecisionRecord): string {
  const { base, commit, tree, ref } = target;
  return JSON.stringify([gate, origin, repository, base, commit, tree, ref, effect, passed]);
}

function read(state: State): z.infer<typeof numbers> {
  return numbers.parse(JSON.parse(state.get(key) ?? '[]'));
}
