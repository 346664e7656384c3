/** A gate that looks back: some time after somebody was heard from, for commits of theirs that passed no gate. */
import type { Gate } from './gate.ts';
import type { LocalGate } from './localGate.ts';

export interface LookBackOptions {
  /** Told what could not be looked at. */
  readonly onFault: (message: string) => void;
  /** Calls back some time later; returns how to take that back. */
  readonly later: (work: () => void) => () => void;
}

/** Wraps a gate. At most one look a work tree waits; closing it takes back those that do. */
export function lookingBack(gate: Gate, { later, onFault }: LookBackOptions): LocalGate {
  const waiting = new Map<string, () => void>();
  const running = new Set<Promise<unknown>>();
  const look = (root: string): void => {
    waiting.delete(root);
    const looked = gate
      .noticeBypasses(root)
      .catch((error: unknown) => onFault(error instanceof Error ? error.message : String(error)))
      .finally(() => running.delete(looked));
    running.add(looked);
  };
  return {
    async decide(request) {
      const answer = await gate.decide(request);
      const { root } = request;
      if (request.gate === 'commit' && !waiting.has(root))
        waiting.set(
          root,
          later(() => look(root)),
        );
      return answer;
    },
    async close() {
      for (const takeBack of waiting.values()) takeBack();
      waiting.clear();
      await Promise.all(running);
    },
  };
}
