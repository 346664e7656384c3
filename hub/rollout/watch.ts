/** Looks at what came in since a stage began, and halts a rollout whose guards say so. */
import type { Hub } from '../hub.ts';
import { readShelf } from '../policies/shelf.ts';
import { inTurn } from '../policies/turn.ts';
import { perform } from '../serve/perform.ts';
import type { Tenant } from '../store/query/tenant.ts';
import { comparisonOf, hold } from './advance.ts';
import { trippedGuard } from './guard.ts';
import { standingRollout } from './stage.ts';

export function watchRollout(hub: Hub, tenant: Tenant): Promise<void> {
  return inTurn(hub, tenant.id, async (desk) => {
    const standing = await standingRollout(desk, await readShelf(desk));
    if (standing?.state.state !== 'running') return;
    const tripped = trippedGuard(standing.rollout, await comparisonOf(desk, standing));
    const ruling = tripped === null ? null : await hold(desk, 'halted', tripped);
    if (ruling?.kind !== 'done' || ruling.deed === null) return;
    await perform(hub, { tenant, id: 'hub', name: 'hub', role: 'admin' }, ruling.deed);
    hub.say(`the rollout of bundle ${standing.rollout.version} at ${tenant.name} was halted: ${tripped}`);
  });
}
