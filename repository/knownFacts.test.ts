import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKnownFacts } from './knownFacts.ts';

const commit = '1'.repeat(40);
const tree = { id: '2'.repeat(40), type: 'tree', sizeBytes: 33 };

test('only what can never lead elsewhere is remembered', () => {
  const known = createKnownFacts();
  known.keep(
    new Map([
      ['HEAD^{tree}', tree],
      [`${commit}^{tree}`, tree],
      [`${commit.slice(1)}^{tree}`, tree],
    ]),
  );
  assert.equal(known.of('HEAD^{tree}'), undefined);
  assert.equal(known.of(`${commit.slice(1)}^{tree}`), undefined);
  assert.equal(known.of(`${commit}^{tree}`), tree);
});

test('that something is missing is remembered of what a commit has, and not of what may be fetched', () => {
  const known = createKnownFacts();
  const missing = `${commit}:kerb.yaml`;
  known.keep(
    new Map([
      [commit, null],
      [missing, null],
    ]),
  );
  assert.equal(known.of(commit), undefined);
  assert.equal(known.of(missing), undefined);
  known.keep(new Map([[commit, { id: commit, type: 'commit', sizeBytes: 200 }]]));
  known.keep(new Map([[missing, null]]));
  assert.equal(known.of(missing), null);
});
