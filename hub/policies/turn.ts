/** One thing after the other for each tenant: what is published rests on what was read a moment before. */
import type { Hub } from '../hub.ts';
import type { Desk } from './ruling.ts';

const last = new WeakMap<Hub['store'], Map<number, Promise<unknown>>>();

/** Runs after everything that was asked for before. What another process does at the same time, the database refuses. */
export function inTurn<T>(hub: Hub, tenant: number, work: (desk: Desk) => Promise<T>): Promise<T> {
  const { store, online } = hub;
  const turns = last.get(store) ?? new Map<number, Promise<unknown>>();
  last.set(store, turns);
  const before = turns.get(tenant) ?? Promise.resolve();
  const turn = before.then(() => work({ publications: store, tenant, online, now: hub.now() }));
  turns.set(
    tenant,
    turn.catch(() => undefined),
  );
  return turn;
}
