/** A partition of records for each week, made ahead of time, so that a week can go at once when its time has come. */
import type pg from 'pg';
import { firstIdOf } from '../query/search.ts';
import { migrationLock } from './locks.ts';

const weekMs = 7 * 86_400_000;
/** 1970 began on a Thursday: weeks begin on a Monday. */
const firstMondayMs = 4 * 86_400_000;
const weeksAhead = 4;

/** Makes the partitions of this week and the next ones, where they are not there. */
export async function makePartitions(pool: pg.Pool, now: number): Promise<void> {
  const week = Math.floor((now - firstMondayMs) / weekMs);
  for (let ahead = 0; ahead < weeksAhead; ahead++) await makePartition(pool, firstMondayMs + (week + ahead) * weekMs);
}

/**
 * Where the default partition holds records of that week already (a clock that is ahead, a hub that stood still), the week
 * stays there: slower to let go of, and nothing else.
 */
async function makePartition(pool: pg.Pool, monday: number): Promise<void> {
  const name = `record_run_${new Date(monday).toISOString().slice(0, 10).replaceAll('-', '')}`;
  await pool.query(`DO $$ BEGIN
    PERFORM pg_advisory_xact_lock(${migrationLock}, 1);
    IF to_regclass('${name}') IS NULL THEN
      CREATE TABLE ${name} PARTITION OF record_run FOR VALUES FROM ('${firstIdOf(monday)}') TO ('${firstIdOf(monday + weekMs)}');
    END IF;
  EXCEPTION WHEN check_violation THEN NULL;
  END $$`);
}
