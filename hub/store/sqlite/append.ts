/** Appending in SQLite: one immediate transaction, from reading the end of the log to writing the new one. */
import type Database from 'better-sqlite3';
import { hourRows, tilePieces } from '../appendix.ts';
import { readFrontier } from '../query/log.ts';
import type { Appendix, DeviceHead, LogState, NewEntry, Wanted } from '../store.ts';
import type { Tables } from '../tables.ts';
import { sqliteChanger } from './change.ts';

type Append = <T>(tenant: number, wanted: Wanted, plan: (state: LogState) => Appendix<T>) => T;

export function sqliteAppender(database: Database.Database): Append {
  const read = readers(database);
  const write = writers(database);
  const change = sqliteChanger(database);
  const transaction = database.transaction((work: () => unknown) => work());
  return <T>(tenant: number, wanted: Wanted, plan: (state: LogState) => Appendix<T>): T =>
    transaction.immediate(() => {
      const appendix = plan(read(tenant, wanted));
      write(tenant, appendix);
      for (const each of appendix.changes) change(tenant, each);
      return appendix.outcome;
    }) as T;
}

function readers(database: Database.Database): (tenant: number, wanted: Wanted) => LogState {
  const head = database.prepare<[number], Tables['head']>('select * from head where tenant = ?');
  const device = database.prepare<[number, string], DeviceHead>(
    'select id, seq, head, missing, awaited, forked from device where tenant = ? and id = ?',
  );
  const leaf = database.prepare<[number, string], { leaf: string }>(
    'select leaf from entry where tenant = ? and id = ?',
  );
  return (tenant, wanted) => {
    const end = head.get(tenant);
    if (end === undefined) throw new Error(`there is no log of tenant ${tenant}`);
    const devices = wanted.devices.map((id) => device.get(tenant, id)).filter((row) => row !== undefined);
    const known = wanted.ids.flatMap((id) => {
      const row = leaf.get(tenant, id);
      return row === undefined ? [] : [[id, row.leaf] as const];
    });
    return {
      frontier: readFrontier(end),
      devices: new Map(devices.map((row) => [row.id, row])),
      known: new Map(known),
    };
  };
}

function writers(database: Database.Database): (tenant: number, appendix: Appendix<unknown>) => void {
  const entry = database.prepare('insert into entry (tenant, idx, id, leaf) values (?, ?, ?, ?)');
  const record = database.prepare(
    'insert into record (tenant, id, idx, at, received, kind, device, gate, origin, effect, passed, repository, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const policy = database.prepare(
    'insert into record_policy (tenant, policy, id) values (?, ?, ?) on conflict do nothing',
  );
  // SQLite joins blobs as if they were text, byte by byte: the cast names the result what it is.
  const tile = database.prepare(
    'insert into tile (tenant, level, idx, hashes) values (@tenant, @level, @index, @hashes) on conflict do update set hashes = cast(hashes || excluded.hashes as blob) where length(hashes) = @offset',
  );
  const device = database.prepare(
    'update device set seq = @seq, head = @head, missing = @missing, awaited = @awaited, forked = @forked where tenant = @tenant and id = @id',
  );
  const gateHour = database.prepare(
    'insert into gate_hour (tenant, hour, gate, effect, repository, decisions, latency_ms) values (@tenant, @hour, @gate, @effect, @repository, @decisions, @latency_ms) on conflict do update set decisions = decisions + excluded.decisions, latency_ms = latency_ms + excluded.latency_ms',
  );
  const policyHour = database.prepare(
    'insert into policy_hour (tenant, hour, policy, repository, enforcement, findings, excepted) values (@tenant, @hour, @policy, @repository, @enforcement, @findings, @excepted) on conflict do update set findings = findings + excluded.findings, excepted = excepted + excluded.excepted',
  );
  const revisionMinute = database.prepare(
    'insert into revision_minute (tenant, minute, revision, effect, decisions) values (@tenant, @minute, @revision, @effect, @decisions) on conflict do update set decisions = decisions + excluded.decisions',
  );
  const head = database.prepare('update head set size = ?, frontier = ?, epoch = epoch + 1 where tenant = ?');

  const writeEntry = (
    tenant: number,
    idx: number,
    { id, leaf, at, received, kind, device: from, decision, body }: NewEntry,
  ) => {
    entry.run(tenant, idx, id, leaf);
    const { gate = null, origin = null, effect = null, repository = null } = decision ?? {};
    const passed = decision === null ? null : Number(decision.passed);
    record.run(tenant, id, idx, at, received, kind, from, gate, origin, effect, passed, repository, body);
    for (const each of decision?.policies ?? []) policy.run(tenant, each.policy, id);
  };
  return (tenant, { entries, frontier, nodes, devices }) => {
    const begin = frontier.size - entries.length;
    for (const [at, each] of entries.entries()) writeEntry(tenant, begin + at, each);
    for (const piece of tilePieces(nodes)) {
      const { changes } = tile.run({ tenant, ...piece });
      if (changes !== 1) throw new Error(`tile ${piece.level}/${piece.index} is not as long as the log`);
    }
    for (const each of devices) device.run({ tenant, ...each });
    const { gates, policies, revisions } = hourRows(tenant, entries);
    for (const row of gates) gateHour.run(row);
    for (const row of policies) policyHour.run(row);
    for (const row of revisions) revisionMinute.run(row);
    if (entries.length > 0) head.run(frontier.size, Buffer.concat(frontier.roots), tenant);
  };
}
