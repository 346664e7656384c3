import type { GitSession } from '../../repository/index.ts';
import { type GateCase, type GateParts, unjudged } from './gateCase.ts';
import type { PushRequest } from './localGate.ts';

export function judgePush(_request: PushRequest, session: GitSession, parts: GateParts): Promise<GateCase> {
  return unjudged(parts, session, { base: null, commit: null, tree: null, ref: null }, 'not yet');
}
