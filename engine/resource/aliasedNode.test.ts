import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from '../document/index.ts';
import { liftResources } from './index.ts';

const text = `on: push
x-steps: &steps
  - run: |
      echo \${{ github.head_ref }}
jobs:
  a: &job
    runs-on: x
    steps: *steps
  b: *job
`;

test('what an alias brings is lifted at each place, and stands at its anchor', () => {
  const document = readDocument({ path: '.github/workflows/a.yml', text }, { sha256: () => '', parseCode: () => null });
  const found = liftResources(document).flatMap(({ resources }) => resources);
  for (const [kind, said] of [
    ['github.expression', '${{ github.head_ref }}'],
    ['github.command', 'echo ${{ github.head_ref }}'],
  ]) {
    const placed = found.filter((resource) => resource.kind === kind && resource.relatives.step !== null);
    assert.deepEqual(
      placed.map(({ name, path, span }) => [name, path.join('.'), text.slice(span!.start, span!.end)]),
      ['a', 'b'].map((job) => [`job ${job}, step 1`, `jobs.${job}.steps.0.run`, said]),
    );
  }
});
