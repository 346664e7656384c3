/** `--people FILE`: what it takes, and what it refuses before anybody could sign in by it. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { readPeople } from './people.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'kerb-people-'));
const file = path.join(folder, 'people.yaml');
const secretFile = path.join(folder, 'client.secret');
writeFileSync(secretFile, 's3cret\n', { mode: 0o600 });

const whole = {
  issuer: 'https://login.acme.example',
  clientId: 'kerb',
  clientSecretFile: 'client.secret',
  roles: [{ claim: 'groups', value: 'kerb-admins', role: 'admin' }],
};

function read(changes: Readonly<Record<string, unknown>> = {}, environment = {}) {
  writeFileSync(file, JSON.stringify({ acme: { ...whole, ...changes } }));
  return readPeople(file, environment);
}

describe('where people sign in', () => {
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('YAML names a provider for each tenant, with its secret from a file beside it or from the environment', () => {
    writeFileSync(
      file,
      `acme:
  title: Acme SSO
  issuer: https://login.acme.example
  clientId: kerb
  clientSecretFile: client.secret
  roles:
    - { claim: groups, value: kerb-admins, role: admin }
`,
    );
    assert.deepEqual(readPeople(file, {}).get('acme'), {
      ...{ title: 'Acme SSO', issuer: 'https://login.acme.example', clientId: 'kerb', clientSecret: 's3cret' },
      ...{ scope: 'openid profile email', nameClaim: 'email', roles: whole.roles },
    });
    const byVariable = { clientSecretFile: undefined, clientSecretVariable: 'SECRET' };
    assert.equal(read(byVariable, { SECRET: 'other' }).get('acme')?.clientSecret, 'other');
  });

  const wrong: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
    [{ issuer: 'http://login.acme.example' }, /acme: issuer: is the https address/],
    [{ roles: [] }, /acme: roles/],
    [{ roles: [{ claim: 'groups', value: 'x', role: 'device' }] }, /roles: 0: role: is no role of a person/],
    [{ roles: [{ claim: 'groups', value: 'x', role: 'owner' }] }, /roles: 0: role/],
    [{ roles: [{ claim: [], value: 'x', role: 'admin' }] }, /roles: 0: claim/],
    [{ roles: [{ claim: ['a', ''], value: 'x', role: 'admin' }] }, /roles: 0: claim/],
    [{ scope: 'email' }, /scope: has openid in it/],
    [{ clientSecret: 'here' }, /clientSecret/],
    [{ clientSecretVariable: 'BOTH' }, /has clientSecretFile or clientSecretVariable/],
    [{ clientSecretFile: undefined, clientSecretVariable: 'UNSET' }, /UNSET is not set/],
    [{ clientSecretFile: 'missing' }, /cannot be read: .*missing/],
  ];
  for (const [changes, why] of wrong) {
    test(`${JSON.stringify(changes)} is refused`, () => {
      assert.throws(() => read(changes), { name: 'UsageError', message: why });
    });
  }

  test('a secret that others may read is refused', { skip: process.platform === 'win32' }, () => {
    chmodSync(secretFile, 0o640);
    assert.throws(() => read(), { name: 'UsageError', message: /others than its owner may read it: chmod 600/ });
    chmodSync(secretFile, 0o600);
  });

  test('a file that is no such file is refused', () => {
    writeFileSync(file, 'acme: [');
    assert.throws(() => readPeople(file, {}), { name: 'UsageError', message: /people\.yaml cannot be read/ });
    assert.throws(() => readPeople(folder, {}), { name: 'UsageError' });
  });
});
