/** `LocalGate` in this process: asks git what changes, judges it, decides, records, and says it in words. */
import type { CurrentOrganisation, Native, PolicySet } from '../../engine/index.ts';
import type { GitSession } from '../../repository/index.ts';
import type { Journal } from '../journal/journal.ts';
import { createWorkTreeNotes } from '../replay/workTrees.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import { judgeAhead } from './ahead.ts';
import { maxBypasses, type Noticed, recordBypasses, unpushed } from './bypass.ts';
import { conclude, type Mode } from './conclude.ts';
import type { GateCase, GateParts } from './gateCase.ts';
import { createIdentities } from './identity.ts';
import { judgeCommit } from './judgeCommit.ts';
import { judgeMessage } from './judgeMessage.ts';
import { judgePush } from './judgePush.ts';
import type { CommitRequest, LocalGate, MessageRequest, PushRequest } from './localGate.ts';
import { createReady } from './ready.ts';
import { createRulings } from './ruling.ts';
import { createSessions } from './sessions.ts';
import { createNewVerdicts } from './verdictStore.ts';

export interface GateOptions {
  /** Where judged files come from, and what was decided on a commit. */
  readonly store: Pick<Store, 'verdicts' | 'putVerdicts' | 'findDecision' | 'state' | 'setState'>;
  /** Where decisions go. */
  readonly journal: Pick<Journal, 'record'>;
  readonly native: Native;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back when nobody is likely to wait; returns how to take that back. */
  readonly later: (work: () => void) => () => void;
  /** `observe` never blocks; `durable` and `strict` block what is denied and what has no verdict. */
  readonly mode: () => Mode;
  /** What the hub's verified bundle says at this moment; the same object for as long as it says the same. */
  readonly organisation: () => CurrentOrganisation;
  /** Whether that is older than the organisation allows. */
  readonly isOutdated: () => boolean;
}

/** The gate in this process. */
export interface Gate extends LocalGate {
  /** Looks for commits of a work tree that passed no gate, and records them. Returns how many it recorded. */
  noticeBypasses(root: string): Promise<number>;
  /** Judges what is staged in a work tree, for as long as that is wanted. See `judgeAhead`. */
  judgeAhead(root: string, isWanted: () => boolean): Promise<void>;
  /** Makes ready, and keeps, what judges a repository that says nothing of its own. */
  standardPolicies(): Promise<PolicySet>;
}

/** Makes the gate. Close it: it keeps git processes. */
export function createGate({ mode, organisation, ...options }: GateOptions): Gate {
  const sessions = createSessions();
  const verdicts = createNewVerdicts(options);
  const parts: GateParts = {
    ...options,
    verdicts,
    keepVerdicts: verdicts.keep,
    organisation,
    ready: createReady(),
    version: version(),
    rulings: createRulings({ native: options.native, organisation }),
    workTrees: createWorkTreeNotes(options.store),
    identityOf: createIdentities(options.now),
  };
  const within = async <T>(root: string, work: (session: GitSession) => Promise<T>): Promise<T> => {
    const session = sessions.take(root);
    try {
      return await work(session);
    } finally {
      sessions.letGo(session);
    }
  };
  return {
    decide(request) {
      const beganMs = options.now();
      const began = performance.now();
      // It is needed at the end, and takes git some time.
      void parts.identityOf(request.root);
      return within(request.root, async (session) => {
        const judged = await judge(request, session, parts);
        const { client } = request;
        const noticed = await recordBypasses(judged.commits, { session, parts, mode: mode(), client });
        const told = noticed.found === 0 ? judged : { ...judged, notes: [...judged.notes, wordsFor(noticed)] };
        const latencyMs = performance.now() - began;
        return conclude(told, { request, mode: mode(), beganMs, latencyMs }, parts);
      });
    },
    noticeBypasses: (root) =>
      within(root, async (session) => {
        const commits = await unpushed(session);
        const client = { name: 'kerb', version: parts.version };
        if (!Array.isArray(commits)) return 0;
        return (await recordBypasses(commits, { session, parts, mode: mode(), client })).recorded;
      }),
    judgeAhead: (root, isWanted) => within(root, (session) => judgeAhead(session, parts, isWanted)),
    async standardPolicies() {
      const nowhere = { root: '/', resolve: async (names: readonly string[]) => names.map(() => null) };
      return (await parts.rulings.of(nowhere, { commit: null, gate: 'commit' })).policies;
    },
    async close() {
      verdicts.write();
      sessions.close();
    },
  };
}

function wordsFor({ found, recorded }: Noticed): string {
  const what = found === 1 ? '1 commit has' : `${found} commits have`;
  const left = found - recorded;
  const became =
    left === 0
      ? 'judged now, and recorded as such'
      : `${recorded} of them are judged now, and recorded as such (${maxBypasses} at once are the most); of ${left} no decision is kept`;
  return `${what} passed no gate (--no-verify, a rebase, a tool without hooks): ${became}`;
}

function judge(
  request: CommitRequest | MessageRequest | PushRequest,
  session: GitSession,
  parts: GateParts,
): Promise<GateCase> {
  switch (request.gate) {
    case 'commit':
      return judgeCommit(request, session, parts);
    case 'message':
      return judgeMessage(request, session, parts);
    case 'push':
      return judgePush(request, session, parts);
  }
}
