/** Arrays in binary are, to a real server, the arrays that they stand for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { postgresqlProblem, runPostgresql } from '../../../test/hub/postgresql.ts';
import { int8Array, textArray, uuidArray } from './array.ts';

test('arrays in binary are read as what they stand for', { skip: postgresqlProblem ?? false }, async () => {
  const server = await runPostgresql();
  const client = new pg.Client({ connectionString: `${server.url}/postgres` });
  try {
    await client.connect();
    const texts = ['', 'a', null, 'NULL', '{"a","b"}', '\\"\n', 'é😀', ' '.repeat(3)];
    const numbers = [0, 1, -1, null, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1), 1_764_000_000_123];
    const ids = ['0190aaaa-bbbb-7ccc-8ddd-0123456789ab', null];
    const { rows } = await client.query('SELECT $1::text[] AS texts, $2::bigint[] AS numbers, $3::uuid[] AS ids', [
      ...[textArray(texts), int8Array(numbers), uuidArray(ids)],
    ]);
    const asTexts = numbers.map((number) => (number === null ? null : String(number)));
    assert.deepEqual(rows, [{ texts, numbers: asTexts, ids }]);
    const empty = await client.query('SELECT * FROM unnest($1::text[])', [textArray([])]);
    assert.deepEqual(empty.rows, []);
  } finally {
    await client.end();
    await server.close();
  }
});
