/** A ruling on policies or exceptions, done: in its turn, logged, committed, and announced to whoever waits. */
import type { Hub } from '../hub.ts';
import type { Caller } from '../identity/authenticate.ts';
import type { Desk, Ruling } from '../policies/ruling.ts';
import { inTurn } from '../policies/turn.ts';
import { ConflictError } from '../store/conflict.ts';
import { perform } from './perform.ts';
import { type Answer, refuse } from './route.ts';

/** How often it is decided anew where another replica was faster, before whoever asked has to look again. */
const mostTries = 3;

export async function rule<T>(
  hub: Hub,
  caller: Caller,
  decide: (desk: Desk) => Promise<Ruling<T>>,
  answer: (value: T) => Answer,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ruleOnce(hub, caller, decide, answer);
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === mostTries) throw error;
    }
  }
}

function ruleOnce<T>(
  hub: Hub,
  caller: Caller,
  decide: (desk: Desk) => Promise<Ruling<T>>,
  answer: (value: T) => Answer,
): Promise<Answer> {
  return inTurn(hub, caller.tenant.id, async (desk) => {
    const ruling = await decide(desk);
    if (ruling.kind === 'refused') return refuse(ruling.status, ruling.code, ruling.message);
    const { deed } = ruling;
    if (deed !== null) await perform(hub, caller, deed);
    if (deed?.changes.some(({ kind }) => kind === 'publish')) hub.news.announce(caller.tenant.id, 'policies');
    return answer(ruling.value);
  });
}
