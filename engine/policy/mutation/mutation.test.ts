import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { native, policyText } from '../../../test/policySet.ts';
import { runCases } from '../cases.ts';
import type { Policy } from '../policy.ts';
import { readPolicies } from '../read.ts';
import { changed } from './change.ts';
import { expressionChanges } from './expression.ts';
import { mutate } from './index.ts';
import { regexChanges } from './regex.ts';
import { smaller, variants } from './variants.ts';

const expressions = (source: string): readonly string[] =>
  expressionChanges(source).map((change) => changed(source, change));

describe('mutations of an expression', () => {
  test('an operator is turned round, an operand left out', () => {
    assert.deepEqual(expressions('(a) && (b) && c'), [
      '(a) || (b) || c',
      'true && (b) && c',
      '(a) && true && c',
      '(a) && (b) && true',
    ]);
    assert.deepEqual(expressions('a <= b || !c'), [
      'a <= b && !c',
      'false || !c',
      'a <= b || false',
      'a < b || !c',
      'a <= b || c',
    ]);
    assert.deepEqual(expressions('a in b'), ['!(a in b)']);
  });

  test('constants, conditions and macros are changed', () => {
    assert.deepEqual(expressions('a == 3'), ['a != 3', 'a == 4']);
    assert.deepEqual(expressions("a == 'x'"), ["a != 'x'", "a == ''"]);
    assert.deepEqual(expressions('a ? b : c'), ['true ? b : c', 'false ? b : c']);
    assert.deepEqual(expressions('a.all(x, b)'), ['a.exists(x, b)']);
    assert.deepEqual(expressions('a.orValue(false)'), ['a.orValue(true)']);
  });

  test('a default number becomes none, or one', () => {
    assert.deepEqual(expressions('a.orValue(3)'), ['a.orValue(0)']);
    assert.deepEqual(expressions('a.orValue(0)'), ['a.orValue(1)']);
  });

  test('a default text stays as it is, and a pattern loses its alternatives', () => {
    assert.deepEqual(expressions("a.orValue('none')"), []);
    assert.deepEqual(expressions("a.matches(r'^(b|c)$')"), ["a.matches(r'^(c)$')", "a.matches(r'^(b)$')"]);
  });

  test('what does not parse has none', () => assert.deepEqual(expressions('a &&'), []));
});

describe('mutations of a regular expression', () => {
  const regexes = (source: string) => regexChanges(source).map((change) => changed(source, change));

  test('each alternative at each depth', () => {
    assert.deepEqual(regexes('a|b(c|d)'), ['a|b(d)', 'a|b(c)', 'b(c|d)', 'a']);
  });

  test('a bar that is escaped, in a class or in a name is none', () => {
    assert.deepEqual(regexes(String.raw`a\|b[|\]|]c(?:d)(?P<e>f)`), []);
  });

  test('the end of the text is left, since every case has a line break there; the end of a line is not', () => {
    assert.deepEqual(regexes('a(?:[^b]|$)'), ['a(?:$)']);
    assert.deepEqual(regexes('(?im)a(?:"|$)'), ['(?im)a(?:$)', '(?im)a(?:")']);
  });
});

const fence = '```';

function pageOf(...blocks: readonly string[]): string {
  return blocks.map((block, index) => `${fence}yaml case${index}.yaml\n${block.trim()}\n${fence}\n`).join('\n');
}

function policyOf(keys: string): Policy {
  const { policies, problems } = readPolicies([{ path: 'p/one.yaml', id: 'p/one', text: policyText(keys) }]);
  assert.deepEqual(problems, []);
  return policies[0]!;
}

const policy = policyOf(`
resource: kubernetes.object
where: self.kind == 'Service'
require: self.?spec.?type.orValue('') != 'NodePort'
mark: spec.type
message: open`);

const head = 'apiVersion: v1\n';
const bad = `${head}kind: Service\nspec:\n  type: NodePort\n  #     ^^^^^^^^ open`;
const good = `${head}kind: Service\nspec:\n  type: ClusterIP`;
const other = `${head}kind: Gateway\nspec:\n  type: NodePort`;

describe('mutation of a policy', () => {
  test('cases on every side notice every mutant', () => {
    const result = mutate({
      policy,
      page: { path: 'p/one.md', text: pageOf(bad, good, other) },
      native,
      witnesses: 'find',
    });
    assert.deepEqual(result?.survivors, []);
    assert.ok((result?.mutants ?? 0) >= 5);
  });

  test('a case less lets some survive, each with the smallest input that shows it', () => {
    const result = mutate({ policy, page: { path: 'p/one.md', text: pageOf(bad, good) }, native, witnesses: 'find' });
    assert.deepEqual(
      result?.survivors.map(({ title }) => title),
      ['without `where`'],
    );
    const witness = result?.survivors[0]?.witness;
    assert.equal(witness?.file.text, 'apiVersion: v1\nkind: x\nspec:\n  type: NodePort\n');
    assert.deepEqual([witness?.findings, witness?.mutantFindings], [0, 1]);
  });

  test('a page that fails as it is proves nothing', () => {
    const wrong = { path: 'p/one.md', text: pageOf(bad.replace(/\n.*open$/, ''), good) };
    assert.equal(mutate({ policy, page: wrong, native, witnesses: 'omit' }), null);
  });

  test('patterns and secrets have mutants too', () => {
    const pattern = policyOf(`
pattern:
  - language: javascript
    rule:
      any: [{ pattern: eval($A) }, { pattern: exec($A) }]
message: runs text`);
    const page = { path: 'p/one.md', text: `${fence}js a.js\neval(x);\n//<^^^^ runs text\n${fence}\n` };
    assert.deepEqual(
      mutate({ policy: pattern, page, native, witnesses: 'omit' })?.survivors.map(({ title }) => title),
      ['in pattern 1: `any` without `{"pattern":"exec($A)"}`'],
    );
    const secret = policyOf(`
secret:
  keywords: [tok_, key_]
  regex: '\\b((?:tok|key)_[a-z0-9]{8})\\b'
message: a token`);
    const token = { path: 'p/one.md', text: `${fence}txt a.txt\ntok_¦a1b2c3d4\n#<^^^^^^^^^^^ a token\n${fence}\n` };
    assert.deepEqual(
      mutate({ policy: secret, page: token, native, witnesses: 'omit' })?.survivors.map(({ title }) => title),
      ['in `regex`: without the alternative `key`', 'without the keyword `key_`'],
    );
  });

  test('a keyword is noticed by a line that has it alone, though the next line has another', () => {
    const token = policyOf(`
secret:
  keywords: [tok_, key_]
  regex: '\\b((?:tok|key)_[a-z0-9]{8})\\b'
message: a token`);
    const drawn = ['tok_¦a1b2c3d4', '#<^^^^^^^^^^^ a token', 'key_¦z9y8x7w6', '#<^^^^^^^^^^^ a token'];
    const page = { path: 'p/one.md', text: `${fence}txt a.txt\n${drawn.join('\n')}\n${fence}\n` };
    assert.deepEqual(mutate({ policy: token, page, native, witnesses: 'find' })?.survivors, []);
  });

  test('a case that its language cannot read is changed by its lines', () => {
    const broken = `${bad}\n---\na: [`;
    const page = { path: 'p/one.md', text: pageOf(broken, good) };
    const drawn = { ...page, text: runCases({ policy, page, native }).redrawn };
    const result = mutate({ policy, page: drawn, native, witnesses: 'find' });
    assert.deepEqual(
      result?.survivors.map(({ title }) => title),
      ['without `where`'],
    );
  });
});

test('a file whose aliases would lose their anchor is made smaller by its lines', () => {
  const file = { path: 'a.yaml', text: 'a: &x 1\nb: *x\n' };
  assert.deepEqual(
    [...smaller(file)].map(({ text }) => text),
    ['b: *x\n', 'a: &x 1\n', 'a: &x 1\nb: *x'],
  );
  assert.equal([...variants(file, ['w'])].length, 4);
});
