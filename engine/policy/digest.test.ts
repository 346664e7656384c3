/** A digest is of what policies say: not of where they stand, nor of their order. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { defaultConfiguration } from './configuration.ts';
import { digestOfPolicy, digestOfSet } from './digest.ts';
import type { Policy } from './policy.ts';
import { readPolicies } from './read.ts';

const native = { sha256: (text: string) => createHash('sha256').update(text).digest('hex') };

test('where a policy stands, and how its file is written, is not what it says', () => {
  const [here] = read({ 'a/b': 'm' });
  const [there] = readPolicies([{ path: 'other/a/b.yaml', id: 'a/b', text: `# moved\n${text('m')}` }]).policies;
  assert.equal(digestOfPolicy(here!, native), digestOfPolicy(there!, native));
  assert.notEqual(digestOfPolicy(here!, native), digestOfPolicy(read({ 'a/b': 'other' })[0]!, native));
});

test('a set is its policies in any order, and its configuration', () => {
  const both = read({ 'a/b': 'm', 'a/c': 'm' });
  const digest = digestOfSet(both, defaultConfiguration, native);
  assert.equal(digestOfSet(both.toReversed(), { ...defaultConfiguration, file: 'kerb.yaml' }, native), digest);
  const others = [
    digestOfSet(both.slice(1), defaultConfiguration, native),
    digestOfSet(read({ 'a/b': 'm', 'a/d': 'm' }), defaultConfiguration, native),
    digestOfSet(both, { ...defaultConfiguration, ignore: ['vendor/**'] }, native),
  ];
  assert.equal(new Set([digest, ...others]).size, 4);
});

function read(messages: Readonly<Record<string, string>>): readonly Policy[] {
  const files = Object.entries(messages).map(([id, message]) => ({ path: `${id}.yaml`, id, text: text(message) }));
  const { policies, problems } = readPolicies(files);
  assert.deepEqual(problems, []);
  return policies;
}

function text(message: string): string {
  return `title: T
severity: low
why: W
remedy: R
owners: [o]
adopted: 2026-01-01
review: 2027-01-01
resource: docker.stage
require: "false"
message: ${message}
`;
}
