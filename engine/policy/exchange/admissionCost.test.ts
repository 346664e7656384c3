import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overBudget } from './admissionCost.ts';

function reasonOf(expression: string, more: Partial<Parameters<typeof overBudget>[0]> = {}): string | null {
  return overBudget({ matchConditions: [], variables: [], expression, messageExpression: "''", ...more });
}

/** Three lists within each other, each of what an object holds. */
const cube = (body: string) => `object.a.all(x, x.b.all(y, y.c.all(z, ${body})))`;

test('what an object of ordinary size costs is within the budget', () => {
  for (const expression of [
    'true',
    "object.spec.containers.all(c, c.image.startsWith('registry.internal/'))",
    "object.spec.containers.all(c, c.env.all(e, e.name.matches('^[A-Z][A-Z0-9_]{0,62}$')))",
    cube("z == 'x'"),
  ])
    assert.equal(reasonOf(expression), null, expression);
});

test('an expression that is too dear is named, with what it costs and what it may', () => {
  assert.equal(
    reasonOf(cube("z.matches('^[a-z0-9]+([._-][a-z0-9]+)*/[a-z0-9]+(:[a-z0-9.]+)?$')")),
    'over budget for the API server: for an object with 32 elements in each list, the rule would cost about ' +
      '5,600,000 units of 1,000,000 allowed',
  );
  assert.match(reasonOf('true', { messageExpression: cube('z.d.map(v, v + v)[0]') }) ?? '', /the message would cost/);
  const variables = [{ name: 'all', expression: cube('z.d.all(v, v)') }];
  assert.match(reasonOf('variables.all', { variables }) ?? '', /the variable `all` would cost/);
});

test('what many cheap expressions cost together counts against the policy and its match conditions', () => {
  const dear = cube("z.matches('^[a-z]+$')");
  assert.equal(reasonOf(dear), null);
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `v${at}`, expression: dear }));
  assert.match(reasonOf('true', { variables: many(8) }) ?? 'nothing', /nothing/);
  assert.match(reasonOf('true', { variables: many(20) }) ?? '', /the whole policy would cost .* of 10,000,000 allowed/);
  assert.match(
    reasonOf('true', { matchConditions: many(8) }) ?? '',
    /the match conditions would cost .* of 2,500,000 allowed/,
  );
});

test('a list that is written out is as long as it is, and a variable as large as what it was made of', () => {
  const list = (length: number) => `[${Array.from({ length }, (_, at) => `'${at}'`).join(', ')}]`;
  const search = (length: number) => `object.a.all(x, x.b.all(y, ${list(length)}.all(p, y.startsWith(p))))`;
  assert.equal(reasonOf(search(20)), null);
  assert.match(reasonOf(search(400)) ?? '', /the rule would cost/);
  const variables = [{ name: 'known', expression: list(400) }];
  assert.match(
    reasonOf('object.a.all(x, x.b.all(y, variables.known.all(p, p == y)))', { variables }) ?? '',
    /the rule/,
  );
  assert.equal(reasonOf('variables.known.all(p, object.a.exists(x, x == p))', { variables }), null);
});
