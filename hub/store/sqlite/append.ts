/** Appending in SQLite: one immediate transaction, from reading the end of the log to writing the new one. */
import type Database from 'better-sqlite3';
import { type AppendixRows, rowsOf, tilePieces } from '../appendix.ts';
import { sightMs } from '../counts.ts';
import { readFrontier } from '../query/log.ts';
import { leavesOf, linesOf, type RecordRun } from '../run.ts';
import type { Appendix, DeviceHead, LogState, Wanted } from '../store.ts';
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
  const place = database.prepare<[number, string], Pick<Tables['place'], 'idx'>>(
    'select idx from place where tenant = ? and id = ?',
  );
  const leaves = database.prepare<[number, number], Pick<Tables['leaf_run'], 'begin' | 'leaves'>>(
    'select begin, leaves from leaf_run where tenant = ? and begin <= ? order by begin desc limit 1',
  );
  return (tenant, wanted) => {
    const end = head.get(tenant);
    if (end === undefined) throw new Error(`there is no log of tenant ${tenant}`);
    const devices = wanted.devices.map((id) => device.get(tenant, id)).filter((row) => row !== undefined);
    const known = wanted.ids.flatMap((id) => {
      const index = place.get(tenant, id)?.idx;
      if (index === undefined) return [];
      const run = leaves.get(tenant, index)!;
      return [[id, leavesOf(run)[index - run.begin]!.leaf] as const];
    });
    return {
      frontier: readFrontier(end),
      devices: new Map(devices.map((row) => [row.id, row])),
      known: new Map(known),
    };
  };
}

/** Where rows are many, parameters go by place: a name is made and looked up each time. */
function writers(database: Database.Database): (tenant: number, appendix: Appendix<unknown>) => void {
  const leafRun = database.prepare('insert into leaf_run (tenant, begin, size, leaves) values (?, ?, ?, ?)');
  // One statement for all: each call into SQLite costs as much as the row.
  const places = database.prepare('insert into place (tenant, id, idx) select ?, value, ? + key from json_each(?)');
  const keep = recordWriter(database);
  const count = keyWriter(database);
  // SQLite joins blobs as if they were text, byte by byte: the cast names the result what it is.
  const tile = database.prepare(
    'insert into tile (tenant, level, idx, hashes) values (@tenant, @level, @index, @hashes) on conflict do update set hashes = cast(hashes || excluded.hashes as blob) where length(hashes) = @offset',
  );
  const device = database.prepare(
    'update device set seq = @seq, head = @head, missing = @missing, awaited = @awaited, forked = @forked where tenant = @tenant and id = @id',
  );
  const gateHour = database.prepare(
    'insert into gate_hour (tenant, hour, gate, effect, repository, decisions, latency_ms) values (?, ?, ?, ?, ?, ?, ?) on conflict do update set decisions = decisions + excluded.decisions, latency_ms = latency_ms + excluded.latency_ms',
  );
  const policyHour = database.prepare(
    'insert into policy_hour (tenant, hour, policy, repository, enforcement, findings, excepted) values (?, ?, ?, ?, ?, ?, ?) on conflict do update set findings = findings + excluded.findings, excepted = excepted + excluded.excepted',
  );
  const revisionMinute = database.prepare(
    'insert into revision_minute (tenant, minute, revision, effect, latency, decisions) values (?, ?, ?, ?, ?, ?) on conflict do update set decisions = decisions + excluded.decisions',
  );
  const actorHour = database.prepare(
    'insert into actor_hour (tenant, hour, actor, gate, effect, decisions, last) values (?, ?, ?, ?, ?, ?, ?) on conflict do update set decisions = decisions + excluded.decisions, last = max(last, excluded.last)',
  );
  const firstSeen = database.prepare(
    `insert into first_seen (tenant, name, subject, value, record, at, seen_at) values (?, ?, ?, ?, ?, ?, ?) on conflict do update set seen_at = excluded.seen_at where excluded.seen_at >= seen_at + ${sightMs}`,
  );
  const head = database.prepare('update head set size = ?, frontier = ?, epoch = epoch + 1 where tenant = ?');

  return (tenant, { nodes, devices, ...appendix }) => {
    const { first, ids, runs, counts, keys } = rowsOf(appendix);
    places.run(tenant, first, JSON.stringify(ids));
    for (const { begin, leaves, ...run } of runs) {
      leafRun.run(tenant, begin, run.size, leaves);
      keep(tenant, begin, run);
    }
    count(tenant, keys);
    for (const piece of tilePieces(nodes)) {
      const { changes } = tile.run({ tenant, ...piece });
      if (changes !== 1) throw new Error(`tile ${piece.level}/${piece.index} is not as long as the log`);
    }
    for (const each of devices) device.run({ tenant, ...each });
    for (const { hour, gate, effect, repository, decisions, latency_ms } of counts.gates)
      gateHour.run(tenant, hour, gate, effect, repository, decisions, latency_ms);
    for (const { hour, policy, repository, enforcement, findings, excepted } of counts.policies)
      policyHour.run(tenant, hour, policy, repository, enforcement, findings, excepted);
    for (const { minute, revision, effect, latency, decisions } of counts.revisions)
      revisionMinute.run(tenant, minute, revision, effect, latency, decisions);
    for (const { hour, actor, gate, effect, decisions, last } of counts.actors)
      actorHour.run(tenant, hour, actor, gate, effect, decisions, last);
    for (const { name, subject, value, record, at, seen_at } of counts.sights)
      firstSeen.run(tenant, name, subject, value, record, at, seen_at);
    const { frontier } = appendix;
    if (ids.length > 0) head.run(frontier.size, Buffer.concat(frontier.roots), tenant);
  };
}

/** Writes a run of records. */
export function recordWriter(database: Database.Database): (tenant: number, begin: number, run: RecordRun) => void {
  const insert = database.prepare(
    'insert into record_run (tenant, begin, size, oldest, newest, keys, columns, bodies) values (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  return (tenant, begin, { size, oldest, newest, keys, columns, bodies }) =>
    void insert.run(tenant, begin, size, oldest, newest, linesOf(keys), columns, bodies);
}

/** Counts keys to those that are there. */
export function keyWriter(database: Database.Database): (tenant: number, keys: AppendixRows['keys']) => void {
  const upsert = database.prepare(
    'insert into record_key (tenant, span, name, value, effect, records) values (?, ?, ?, ?, ?, ?) on conflict do update set records = records + excluded.records',
  );
  return (tenant, keys) => {
    for (const { span, name, value, effect, records } of keys) upsert.run(tenant, span, name, value, effect, records);
  };
}
