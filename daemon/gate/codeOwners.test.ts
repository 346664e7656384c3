/** CODEOWNERS as GitHub documents it: which paths a pattern names, and which lines it skips. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownersOf, readCodeOwners } from './codeOwners.ts';

const own = (text: string, path: string): string => ownersOf(path, readCodeOwners(text) ?? []).join(' ');

test('a pattern names what GitHub says that it names', () => {
  for (const [pattern, named, others] of [
    ['*', ['a', 'a/b/c.ts'], []],
    ['*.js', ['a.js', 'src/deep/a.js'], ['a.jsx', 'a.ts']],
    ['/build/logs/', ['build/logs/a', 'build/logs/b/c'], ['build/logs', 'x/build/logs/a']],
    ['docs/*', ['docs/start.md'], ['docs/app/faults.md', 'x/docs/start.md', 'docs']],
    ['/*', ['readme.md'], ['src/a.ts']],
    ['apps/', ['apps/a', 'x/apps/y/z'], ['apps', 'x/apps']],
    ['/docs/', ['docs/a/b'], ['x/docs/a']],
    ['**/logs', ['logs/a', 'deploy/logs/a', 'deploy/logs'], ['catalogs/a']],
    ['/apps/github', ['apps/github', 'apps/github/a/b'], ['apps/githubs', 'x/apps/github']],
    ['apps/*/test', ['apps/a/test/b', 'apps/a/test'], ['apps/a/b/test/c']],
    ['a/**', ['a/b', 'a/b/c'], ['b/a/c']],
    ['a/**/z', ['a/z', 'a/b/c/z'], ['z', 'b/a/z']],
    ['with\\ space/', ['with space/a'], ['with', 'space/a']],
    ['Docs/', ['Docs/a'], ['docs/a']],
  ] as const) {
    for (const path of named) assert.equal(own(`${pattern} @a`, path), '@a', `${pattern} and ${path}`);
    for (const path of others) assert.equal(own(`${pattern} @a`, path), '', `${pattern} and ${path}`);
  }
});

test('the last line that matches counts, also where it names nobody', () => {
  const text = '* @all\n/apps/ @acme/apps ada@acme.example # who knows\n/apps/github\n';
  assert.deepEqual(
    ['a', 'apps/a', 'apps/github/a'].map((path) => own(text, path)),
    ['@all', '@acme/apps ada@acme.example', ''],
  );
});

test('lines that GitHub skips own nothing and take nothing away', () => {
  const skipped = [
    '!a.ts @b',
    '[ab].ts @b',
    '\\#a @b',
    'a.ts nobody',
    'a.ts @b and others',
    '/ @b',
    '[Section] @b',
    '^[Other]',
  ];
  for (const line of skipped) {
    assert.equal(own(`* @all\n${line}\n`, 'a.ts'), '@all', line);
    assert.equal(readCodeOwners(`# nothing\n${line}\n`), null, line);
  }
});

test('of too many lines the last are kept', () => {
  const text = `first.ts @a\n${Array.from({ length: 5_000 }, (_, at) => `f${at}.ts @b`).join('\n')}\n`;
  assert.deepEqual([own(text, 'first.ts'), own(text, 'f4999.ts')], ['', '@b']);
});

test('lines that grow where they should not take no longer than others', () => {
  const long = 400_000;
  assert.equal(own(`${'/'.repeat(long)}a @a`, 'a'), '@a');
  assert.equal(own(`a @a ${'\t#'.repeat(long)}\u2028`, 'a'), '@a');
});
