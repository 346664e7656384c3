/** `LocalGate` in this process: asks git what changes, judges it, decides, records, and says it in words. */
import type { CurrentOrganisation, Native } from '../../engine/index.ts';
import type { GitSession } from '../../repository/index.ts';
import type { Journal } from '../journal/journal.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import { conclude, type Mode } from './conclude.ts';
import type { GateCase, GateParts } from './gateCase.ts';
import { createIdentities } from './identity.ts';
import { judgeCommit } from './judgeCommit.ts';
import { judgeMessage } from './judgeMessage.ts';
import { judgePush } from './judgePush.ts';
import type { CommitRequest, LocalGate, MessageRequest, PushRequest } from './localGate.ts';
import { createRulings } from './ruling.ts';
import { createSessions } from './sessions.ts';

export interface GateOptions {
  /** Where judged files come from, and what was decided on a commit. */
  readonly store: Pick<Store, 'verdicts' | 'findDecision' | 'state' | 'setState'>;
  /** Where decisions go. */
  readonly journal: Pick<Journal, 'record'>;
  readonly native: Native;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** `observe` never blocks; `durable` and `strict` block what is denied and what has no verdict. */
  readonly mode: () => Mode;
  /** What the hub's verified bundle says at this moment; the same object for as long as it says the same. */
  readonly organisation: () => CurrentOrganisation;
  /** Whether that is older than the organisation allows. */
  readonly isOutdated: () => boolean;
}

/** The gate in this process. */
export type Gate = LocalGate;

/** Makes the gate. Close it: it keeps git processes. */
export function createGate({ mode, organisation, ...options }: GateOptions): Gate {
  const sessions = createSessions();
  const parts: GateParts = {
    ...options,
    organisation,
    version: version(),
    rulings: createRulings({ native: options.native, organisation }),
    identityOf: createIdentities(options.now),
  };
  return {
    async decide(request) {
      const beganMs = options.now();
      const began = performance.now();
      const session = sessions.take(request.root);
      try {
        const judged = await judge(request, session, parts);
        const latencyMs = performance.now() - began;
        return await conclude(judged, { request, mode: mode(), beganMs, latencyMs }, parts);
      } finally {
        sessions.letGo(request.root);
      }
    },
    async close() {
      sessions.close();
    },
  };
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
