/** A gate that looks ahead: what is staged in a work tree that it was asked about is judged before it is asked again. */
import type { LocalGate } from './localGate.ts';

export interface LookAheadOptions {
  /** Judges what is staged, and looks now and then whether that is still wanted. */
  readonly judge: (root: string, isWanted: () => boolean) => Promise<void>;
  /** Calls back whenever something was staged; returns how to end it, or null where that cannot be told. */
  readonly watch: (root: string, changed: () => void) => (() => void) | null;
  /** Told what broke. */
  readonly onFault: (error: unknown) => void;
}

/** Work trees that are watched at once: those that were asked about last. */
const maxWatched = 32;

interface Watched {
  end: () => void;
  /** Questions that are being answered. */
  questions: number;
  /** Something was staged that nobody has looked at. */
  isStale: boolean;
  running: Promise<void> | null;
}

/** Wraps a gate. A question comes before all that is judged ahead, and takes over what that has come to. */
export function lookingAhead(gate: LocalGate, { judge, watch, onFault }: LookAheadOptions): LocalGate {
  const watched = new Map<string, Watched>();

  function begin(root: string): Watched | null {
    const one: Watched = { end: () => undefined, questions: 0, isStale: false, running: null };
    const end = watch(root, () => {
      if (one.questions > 0) return;
      one.isStale = true;
      one.running ??= look(root, one);
    });
    return end === null ? null : Object.assign(one, { end });
  }

  async function look(root: string, one: Watched): Promise<void> {
    while (one.isStale) {
      one.isStale = false;
      // What was staged since is looked at anew: what is judged by then is known.
      await judge(root, () => one.questions === 0 && !one.isStale).catch(onFault);
    }
    one.running = null;
  }

  /** Moves a work tree to the end of those that are watched, and lets the first go where they are too many. */
  function keep(root: string, one: Watched): void {
    watched.delete(root);
    watched.set(root, one);
    const [oldest] = watched;
    if (watched.size <= maxWatched || oldest === undefined) return;
    oldest[1].end();
    watched.delete(oldest[0]);
  }

  return {
    async decide(request) {
      const one = watched.get(request.root) ?? begin(request.root);
      if (one === null) return gate.decide(request);
      keep(request.root, one);
      one.questions++;
      one.isStale = false;
      try {
        await one.running;
        return await gate.decide(request);
      } finally {
        one.questions--;
      }
    },
    async close() {
      const all = [...watched.values()];
      watched.clear();
      for (const one of all) {
        one.end();
        one.questions++;
      }
      await Promise.all(all.map(({ running }) => running));
      await gate.close();
    },
  };
}
