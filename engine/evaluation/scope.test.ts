import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { native } from '../../test/policySet.ts';
import { readDocument } from '../document/index.ts';
import { fileOf } from './scope.ts';

const of = (path: string) => fileOf(readDocument({ path, text: '' }, native)) as Readonly<Record<string, unknown>>;

describe('what CEL sees of a file', () => {
  test('its path, its name and what the name ends in', () => {
    assert.deepEqual(
      { ...of('src/a.b/Main.test.ts') },
      {
        path: 'src/a.b/Main.test.ts',
        name: 'Main.test.ts',
        extension: 'ts',
        isTest: true,
      },
    );
    assert.equal(of('src/.env').extension, '');
    assert.equal(of('Makefile').extension, '');
  });

  const tests = [
    ...['test/a.js', 'src/tests/a.js', 'spec/a.rb', 'web/specs/a.js', 'src/__tests__/a.js', 'src/__mocks__/fs.js'],
    ...['fixtures/a.json', 'pkg/testdata/a.go', 'mock/a.py', 'src/mocks/a.py', 'e2e/a.ts'],
    ...['a.test.ts', 'a_test.go', 'a-tests.py', 'src/a.spec.ts', 'a.mock.js', 'a.fixture.js', 'Button.stories.tsx'],
    ...['test_a.py', 'src/test_a.py', 'conftest.py', 'src/conftest.py'],
  ];
  for (const path of tests) test(`${path} is a test`, () => assert.equal(of(path).isTest, true));

  const others = [
    ...['src/a.ts', 'latest/a.js', 'contest/a.js', 'testing/a.js', 'inspec/a.rb', 'aspects/a.js', 'e2e.ts'],
    ...['attest.go', 'a.testing.ts', 'latest_a.py', 'myconftest.py', 'conftest.pyc', 'src/mocks.py', 'test.ts'],
  ];
  for (const path of others) test(`${path} is none`, () => assert.equal(of(path).isTest, false));
});
