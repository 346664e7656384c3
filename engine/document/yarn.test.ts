/** What is read of a yarn.lock, and where it stands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Native, Path } from '../model.ts';
import { commentsOf, locate, readDocument } from './index.ts';

const native: Native = { sha256: (text) => text, parseCode: () => null };

function read(text: string) {
  return readDocument({ path: 'packages/yarn.lock', text, language: 'yaml' }, native);
}

const classic = `# yarn lockfile v1\r

"@scope/a@^1", b@^2:
  version "1.2.3"
  dependencies:
    "@scope/c" "1 - 2"
    d "^1"
`;

const later = `__metadata:
  version: 8

"@scope/a@npm:^1, b@npm:^2":
  version: 1.2.3
  dependencies:
    "@scope/c": "npm:1 - 2"
    d: npm:^1

? "e@npm:^1"
:
  version: 2.0.0
`;

const dependencies = { '@scope/c': '1 - 2', d: '^1' };

const values: readonly (readonly [what: string, text: string, value: object])[] = [
  ['that of Yarn 1', classic, { '@scope/a@^1, b@^2': { version: '1.2.3', dependencies } }],
  [
    'that of later ones',
    later,
    {
      __metadata: { version: '8' },
      '@scope/a@npm:^1, b@npm:^2': { version: '1.2.3', dependencies: { '@scope/c': 'npm:1 - 2', d: 'npm:^1' } },
      'e@npm:^1': { version: '2.0.0' },
    },
  ],
  ['nothing', '', {}],
  ['comments', '# one\n\n  # two', {}],
  ['a key without a value', 'a@1:\n  version\n  integrity x', { 'a@1': { version: null, integrity: 'x' } }],
  ['an entry without fields', 'a@1:\n\nb@1:\n  version "1"', { 'a@1': null, 'b@1': { version: '1' } }],
  ['a line too far in', 'a@1:\n  version "1"\n      x y\n  integrity z', { 'a@1': { version: '1', integrity: 'z' } }],
  ['a quote that is open', 'a@1:\n  version "1\n  "integrity z', { 'a@1': { version: '1', 'integrity z': null } }],
  ['escapes', 'a@1:\n  uid "b \\"c\\" \\\\ d"', { 'a@1': { uid: 'b "c" \\ d' } }],
  ['a key twice', 'a@1:\n  version "1"\n  version "2"', { 'a@1': { version: '2' } }],
  ['a lone colon', ':\na@1:\n  version "1"', { 'a@1': { version: '1' } }],
];

for (const [what, text, value] of values) {
  test(`a yarn.lock is read: ${what}`, () => {
    const { kind, parts, problems } = read(text);
    assert.equal(kind, 'yarn');
    assert.deepEqual(problems, []);
    assert.deepEqual(JSON.parse(JSON.stringify(parts[0]!.content.value)), value);
  });
}

const places: readonly (readonly [text: string, path: Path, key: string, value: string])[] = [
  [classic, ['@scope/a@^1, b@^2', 'version'], 'version', '"1.2.3"'],
  [classic, ['@scope/a@^1, b@^2', 'dependencies', '@scope/c'], '"@scope/c"', '"1 - 2"'],
  [later, ['@scope/a@npm:^1, b@npm:^2', 'version'], 'version', '1.2.3'],
  [later, ['@scope/a@npm:^1, b@npm:^2', 'dependencies', 'd'], 'd', 'npm:^1'],
  [later, ['e@npm:^1'], '"e@npm:^1"', 'version: 2.0.0'],
  ['a@1:\n  version "1"\n  version "2"', ['a@1', 'version'], 'version', '"2"'],
];

for (const [text, path, key, value] of places) {
  test(`a place in a yarn.lock: ${path.join('.')} ${value}`, () => {
    const found = locate(read(text).parts[0]!.content, path);
    assert.equal(found.missing, 0);
    assert.deepEqual(
      [found.key!, found.value!].map(({ start, end }) => text.slice(start, end)),
      [key, value],
    );
  });
}

test('the comments of a yarn.lock', () => {
  const document = read(classic);
  const texts = commentsOf(document).map(({ start, end }) => classic.slice(start, end));
  assert.deepEqual(texts, ['# yarn lockfile v1']);
});
