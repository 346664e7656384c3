import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hub } from '../hub.ts';
import { checkAssertion } from './enrol.ts';

test('a database that is away is a fault of the hub, and no reason for a device to be enrolled again', async () => {
  const away = async (): Promise<never> => {
    throw new Error('the database is away');
  };
  const hub = { store: { tenants: away }, url: 'https://hub.acme.example', now: () => 0 } as unknown as Hub;
  const claims = Buffer.from('{"sub":"a device"}').toString('base64url');
  await assert.rejects(checkAssertion(hub, `e30.${claims}.`), /the database is away/);
  const answer = await checkAssertion(hub, 'no assertion at all');
  assert.equal(answer.kind === 'refused' && answer.error, 'invalid_client');
});
