/** git processes of the work trees that are worked in: a few, and only while they are. */
import { type GitSession, openGitSession } from '../../repository/index.ts';

export interface Sessions {
  /** The session of a work tree, for one question to a gate; let it go afterwards. */
  take(root: string): GitSession;
  letGo(root: string): void;
  close(): void;
}

const maxSessions = 8;
const idleMs = 300_000;

interface Kept {
  readonly session: GitSession;
  users: number;
  timer: NodeJS.Timeout | null;
}

/** Keeps sessions for five minutes after they were last of use, and of those without use only the latest few. */
export function createSessions(): Sessions {
  const kept = new Map<string, Kept>();
  const end = (root: string): void => {
    const one = kept.get(root);
    if (one === undefined || one.users > 0) return;
    if (one.timer !== null) clearTimeout(one.timer);
    one.session.close();
    kept.delete(root);
  };
  return {
    take(root) {
      const one = kept.get(root) ?? { session: openGitSession(root), users: 0, timer: null };
      // Set again, so that the first in the map is the one that was longest without use.
      kept.delete(root);
      kept.set(root, one);
      if (one.timer !== null) clearTimeout(one.timer);
      one.users++;
      return one.session;
    },
    letGo(root) {
      const one = kept.get(root);
      if (one === undefined) return;
      one.users--;
      one.timer = setTimeout(end, idleMs, root).unref();
      for (const each of [...kept.keys()].slice(0, Math.max(0, kept.size - maxSessions))) end(each);
    },
    close() {
      for (const one of kept.values()) one.users = 0;
      for (const root of [...kept.keys()]) end(root);
    },
  };
}
