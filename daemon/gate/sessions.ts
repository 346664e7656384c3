/** git processes of the work trees that are worked in: a few, and only while they are. */
import { type GitSession, openGitSession, repositoryAt } from '../../repository/index.ts';

export interface Sessions {
  /** The session of a work tree, for one question to a gate; let it go afterwards. */
  take(root: string): GitSession;
  letGo(session: GitSession): void;
  close(): void;
}

const maxSessions = 8;
const idleMs = 300_000;

interface Kept {
  readonly session: GitSession;
  /** See `repositoryAt`. */
  readonly repository: string | null;
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
      const repository = repositoryAt(root);
      const known = kept.get(root);
      // Deleted and cloned again, say: those who ask the former repository still are told that it is gone.
      if (known !== undefined && known.repository !== repository) known.session.close();
      const one =
        known?.repository === repository ? known : { session: openGitSession(root), repository, users: 0, timer: null };
      // Set again, so that the first in the map is the one that was longest without use.
      kept.delete(root);
      kept.set(root, one);
      if (one.timer !== null) clearTimeout(one.timer);
      one.users++;
      return one.session;
    },
    letGo(session) {
      const { root } = session;
      const one = kept.get(root);
      if (one?.session !== session) return session.close();
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
