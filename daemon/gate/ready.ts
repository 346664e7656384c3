/**
 * The commit of a work tree that was judged last. git writes the index a moment before it asks its hook, so most questions
 * are about what is being judged already.
 */
import type { Identity } from '../../repository/index.ts';
import type { GateCase } from './gateCase.ts';

/** What a case depends on. */
interface ReadyFor {
  readonly tree: string;
  /** All else that tells it apart, as text. */
  readonly restsOn: string;
  /** The same promise for as long as the same person is meant. */
  readonly identity: Promise<Identity>;
}

export interface Ready {
  /** Whether the last case of a work tree was of this tree. */
  isOf(root: string, tree: string): boolean;
  /** The last case, where it depends on the same; else what `judge` makes of it. */
  of(root: string, question: ReadyFor, judge: () => Promise<GateCase>): Promise<GateCase>;
}

/** As many work trees as are looked ahead for. */
const maxKept = 32;
/** What is larger is not kept once it was taken: it would hold memory until the next commit. */
const maxJudgements = 200;

interface Kept extends ReadyFor {
  readonly judged: Promise<GateCase>;
}

export function createReady(): Ready {
  const kept = new Map<string, Kept>();

  function keep(root: string, one: Kept): void {
    kept.delete(root);
    kept.set(root, one);
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  }

  /** A case with a problem may turn out otherwise the next time. */
  function letGo(root: string, one: Kept): void {
    const forget = (): void => void (kept.get(root) === one && kept.delete(root));
    one.judged.then(
      ({ judgements, problems }) => (judgements.length > maxJudgements || problems.length > 0) && forget(),
      forget,
    );
  }

  return {
    isOf: (root, tree) => kept.get(root)?.tree === tree,
    async of(root, question, judge) {
      const last = kept.get(root);
      // Its verdicts are kept by whoever had it judged.
      if (last !== undefined && isSame(last, question)) return { ...(await last.judged), made: new Map() };
      const one = { ...question, judged: judge() };
      keep(root, one);
      letGo(root, one);
      return one.judged;
    },
  };
}

function isSame(one: ReadyFor, other: ReadyFor): boolean {
  return one.tree === other.tree && one.restsOn === other.restsOn && one.identity === other.identity;
}
