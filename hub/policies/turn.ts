/** One thing after the other for each tenant: what is published rests on what was read a moment before. */
import type { Hub } from '../hub.ts';
import type { Desk } from './ruling.ts';

export interface Turns {
  /** Runs after everything of this tenant that was asked for before. */
  take<T>(tenant: number, work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const last = new Map<number, Promise<unknown>>();
  return {
    take(tenant, work) {
      const turn = (last.get(tenant) ?? Promise.resolve()).then(work);
      last.set(
        tenant,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };
}

/** Works at a tenant's desk, alone in this process. What another does at the same time, the database refuses. */
export function inTurn<T>(hub: Hub, tenant: number, work: (desk: Desk) => Promise<T>): Promise<T> {
  return hub.turns.take(tenant, () => work(deskOf(hub, tenant)));
}

/** The desk for whoever only looks. */
export function deskOf({ store, online, now }: Pick<Hub, 'store' | 'online' | 'now'>, tenant: number): Desk {
  return { publications: store, exceptions: store, rollouts: store, tenant, online, now: now() };
}
