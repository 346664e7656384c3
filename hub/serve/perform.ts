/** Doing something on the hub: the act goes into the log, and what it changes is committed with it. */
import type { Hub } from '../hub.ts';
import type { Caller } from '../identity/authenticate.ts';
import { type Act, actEntry } from '../log/act.ts';
import type { Change } from '../store/store.ts';

export interface Deed extends Pick<Act, 'act' | 'subject'> {
  readonly changes: readonly Change[];
}

export async function perform(
  hub: Hub,
  caller: Pick<Caller, 'tenant' | 'id' | 'name' | 'role'>,
  deed: Deed,
): Promise<void> {
  const { tenant, id, name, role } = caller;
  const { act, subject, changes } = deed;
  const entry = actEntry({ act, subject, by: { id, name, role }, at: hub.now() });
  const outcome = await hub.sequencer.submit(tenant.id, { kind: 'records', entries: [entry], changes });
  if (outcome.kind !== 'committed') throw new Error(`the act ${act} was not committed: ${outcome.kind}`);
  hub.measures.ingested(tenant.id, 'act', 1);
  hub.news.announce(tenant.id, 'journal');
}
