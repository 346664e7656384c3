/** A short form of `test/hub/kills.ts`, whose full form is one command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killAgainAndAgain } from '../test/hub/kills.ts';
import { postgresqlProblem, runPostgresql } from '../test/hub/postgresql.ts';
import { openPostgresql } from './store/postgresql/open.ts';
import { openSqlite } from './store/sqlite/open.ts';

test('a hub that is killed while devices send loses nothing acknowledged, and keeps nothing twice', async () => {
  const open = async (folder: string) => openSqlite(`${folder}/hub.db`);
  const { acknowledged, kept } = await killAgainAndAgain({ kills: 2, server: null, open });
  assert.ok(acknowledged > 0);
  assert.equal(kept, acknowledged);
});

test('nor does a hub whose PostgreSQL stops at once', { skip: postgresqlProblem ?? false }, async () => {
  const server = await runPostgresql();
  try {
    const open = () => openPostgresql(`${server.url}/postgres`);
    const { acknowledged, kept } = await killAgainAndAgain({ kills: 1, server, open });
    assert.ok(acknowledged > 0);
    assert.equal(kept, acknowledged);
  } finally {
    await server.close();
  }
});
