/** What an author cannot have meant, drawn under the source. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { celDoubts } from '../../test/authoring/celDoubts.ts';
import { compile } from './index.ts';
import { dyn } from './type.ts';

for (const drawn of celDoubts) {
  const [source = '', ...expected] = drawn.trim().split('\n');
  test(`doubts about ${source}`, () => {
    const { program, problems } = compile(source, { variables: { self: dyn }, doubts: 'tell' });
    assert.ok(program, 'a doubt keeps nothing from being evaluated');
    assert.deepEqual(
      problems.map(
        ({ span, message, severity }) =>
          `${' '.repeat(span.start)}${'^'.repeat(span.end - span.start)} ${severity === 'warning' ? '' : severity}${message}`,
      ),
      expected,
    );
  });
}
