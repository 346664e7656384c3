/** What is counted of an appendix: a statement for each table, however many rows. */
import type pg from 'pg';
import { type Counts, sightMs } from '../counts.ts';

export async function writeCounts(
  client: pg.PoolClient,
  tenant: number,
  { gates, policies, revisions, actors, sights }: Counts,
): Promise<void> {
  if (gates.length > 0) {
    await client.query({
      name: 'gates',
      text: `INSERT INTO gate_hour AS old (tenant, hour, gate, effect, repository, decisions, latency_ms)
        SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::float8[])
        ON CONFLICT (tenant, hour, gate, effect, repository) DO UPDATE
        SET decisions = old.decisions + excluded.decisions, latency_ms = old.latency_ms + excluded.latency_ms`,
      values: [
        ...[tenant, column(gates, 'hour'), column(gates, 'gate'), column(gates, 'effect')],
        ...[column(gates, 'repository'), column(gates, 'decisions'), column(gates, 'latency_ms')],
      ],
    });
  }
  if (revisions.length > 0) {
    await client.query({
      name: 'revision minutes',
      text: `INSERT INTO revision_minute AS old (tenant, minute, revision, effect, latency, decisions)
        SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[])
        ON CONFLICT (tenant, minute, revision, effect, latency) DO UPDATE SET decisions = old.decisions + excluded.decisions`,
      values: [
        ...[tenant, column(revisions, 'minute'), column(revisions, 'revision')],
        ...[column(revisions, 'effect'), column(revisions, 'latency'), column(revisions, 'decisions')],
      ],
    });
  }
  if (policies.length > 0) {
    await client.query({
      name: 'policy hours',
      text: `INSERT INTO policy_hour AS old (tenant, hour, policy, repository, enforcement, findings, excepted)
        SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
        ON CONFLICT (tenant, hour, policy, repository, enforcement) DO UPDATE
        SET findings = old.findings + excluded.findings, excepted = old.excepted + excluded.excepted`,
      values: [
        ...[tenant, column(policies, 'hour'), column(policies, 'policy'), column(policies, 'repository')],
        ...[column(policies, 'enforcement'), column(policies, 'findings'), column(policies, 'excepted')],
      ],
    });
  }
  await writeActors(client, tenant, actors);
  await writeSights(client, tenant, sights);
}

async function writeActors(client: pg.PoolClient, tenant: number, actors: Counts['actors']): Promise<void> {
  if (actors.length === 0) return;
  await client.query({
    name: 'actor hours',
    text: `INSERT INTO actor_hour AS old (tenant, hour, actor, gate, effect, decisions, last)
      SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::uuid[])
      ON CONFLICT (tenant, hour, actor, gate, effect) DO UPDATE
      SET decisions = old.decisions + excluded.decisions, last = greatest(old.last, excluded.last)`,
    values: [
      ...[tenant, column(actors, 'hour'), column(actors, 'actor'), column(actors, 'gate')],
      ...[column(actors, 'effect'), column(actors, 'decisions'), column(actors, 'last')],
    ],
  });
}

async function writeSights(client: pg.PoolClient, tenant: number, sights: Counts['sights']): Promise<void> {
  if (sights.length === 0) return;
  await client.query({
    name: 'first seen',
    text: `INSERT INTO first_seen AS old (tenant, name, subject, value, record, at, seen_at)
      SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[])
      ON CONFLICT (tenant, name, subject, value) DO UPDATE
      SET seen_at = excluded.seen_at WHERE excluded.seen_at >= old.seen_at + ${sightMs}`,
    values: [
      ...[tenant, column(sights, 'name'), column(sights, 'subject'), column(sights, 'value')],
      ...[column(sights, 'record'), column(sights, 'at'), column(sights, 'seen_at')],
    ],
  });
}

function column<Row, K extends keyof Row>(rows: readonly Row[], key: K): Row[K][] {
  return rows.map((row) => row[key]);
}
