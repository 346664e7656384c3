/** What the parser and the checker say, and where; and what a rule says that breaks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { celErrorBounds, celErrors, data } from '../../test/authoring/celErrors.ts';
import { celForeign } from '../../test/authoring/celForeign.ts';
import { celBounds, celProblems, variables } from '../../test/authoring/celProblems.ts';
import { compile } from './index.ts';
import { dyn } from './type.ts';

for (const one of [...celProblems, ...celForeign]) {
  const [source = '', ...drawn] = one.startsWith('\n') ? one.slice(1).split('\n') : [one];
  test(`problems of ${source}`, () => {
    const { problems, program } = compile(source, { variables });
    const found = problems.map(
      ({ span, message }) => `${' '.repeat(span.start)}${'^'.repeat(Math.max(1, span.end - span.start))} ${message}`,
    );
    assert.deepEqual([...found].sort(), [...drawn].sort());
    assert.equal(program === null, drawn.length > 0);
  });
}

for (const { source, start, message } of celBounds) {
  test(`a problem of ${source.length} characters: ${message}`, () => {
    const [problem] = compile(source, { variables }).problems;
    assert.deepEqual([problem?.span.start, problem?.message], [start, message]);
  });
}

for (const one of celErrors) {
  const [source = '', drawn] = one.slice(1).split('\n');
  test(`error of ${source}`, () => {
    const { program } = compile(source, { variables: { d: dyn } });
    const result = program?.evaluate({ d: data }, { cost: 1_000_000 });
    assert.equal(result?.kind, 'error');
    const { span, message } = result as Extract<typeof result, { kind: 'error' }>;
    assert.equal(`${' '.repeat(span.start)}${'^'.repeat(Math.max(1, span.end - span.start))} ${message}`, drawn);
  });
}

for (const { source, message } of celErrorBounds) {
  test(`an error of ${source.length} characters: ${message}`, () => {
    const { program } = compile(source, { variables: {} });
    const result = program?.evaluate({}, { cost: 1e9 });
    assert.deepEqual(result?.kind === 'error' && [result.span, result.message], [
      { start: 0, end: source.length },
      message,
    ]);
  });
}
