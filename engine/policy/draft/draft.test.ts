import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { completeDraft, describeDraft, occurrencesInDraft, signaturesOfDraft, tokensOfDraft } from './index.ts';

/** The text without its `‸`, and where that was. */
function at(marked: string): readonly [string, number] {
  const offset = marked.indexOf('‸');
  assert.notEqual(offset, -1);
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}

const labels = (marked: string, kind?: string): readonly string[] =>
  completeDraft('policy', ...at(marked))
    .filter((item) => kind === undefined || item.kind === kind)
    .map(({ label }) => label);

const head = 'resource: kubernetes.container\nparameters:\n  most: { type: int, default: 3, description: How many. }\n';

describe('CEL in a policy file', () => {
  test('fields of the resource, in every form that YAML has for a text', () => {
    for (const form of [
      'require: self.securityContext.@ == true',
      'require: "self.securityContext.@ == true"',
      "require: 'self.securityContext.@'",
      'require: self.?securityContext.?@',
      'require: >-\n  true &&\n  self.securityContext.@\n',
      'require: |\n  self.securityContext.@ ||\n  true\n',
      'message: "container {self.securityContext.@} runs"',
      'message: "container {self.securityContext.@',
      'fix:\n  title: x\n  safe: true\n  value: self.securityContext.@',
    ])
      assert.ok(labels(head + form.replace('@', '‸'), 'field').includes('privileged'), form);
  });

  test('parameters, relatives, and what only some expressions see', () => {
    assert.deepEqual(labels(`${head}require: params.‸`, 'field'), ['most']);
    assert.ok(labels(`${head}where: ‸`.replace('where: ‸', 'where: w‸'), 'variable').includes('workload'));
    assert.ok(labels(`${head}each: ports\nrequire: i‸`, 'variable').includes('item'));
    assert.ok(!labels(`${head}each: ports\nwhere: i‸`, 'variable').includes('item'));
    assert.ok(labels(`secret:\n  keywords: [a]\n  regex: b\nmessage: "{m‸}"`, 'variable').includes('match'));
  });

  test('where nothing is written yet, all that may begin', () => {
    for (const form of ['require: ‸', 'where: ‸\nseverity: low', 'require: >-\n  ‸\n', 'fix:\n  value: ‸']) {
      assert.ok(labels(head + form, 'variable').includes('self'), form);
      const [text, offset] = at(head + form);
      for (const { replace } of completeDraft('policy', text, offset))
        assert.deepEqual(replace, { start: offset, end: offset });
    }
    assert.deepEqual(labels(`${head}title: ‸`), []);
    assert.ok(labels(`${head}‸`).includes('require'));
  });

  test('paths to what is marked, masked or taken away', () => {
    assert.ok(labels(`${head}mark: ‸`).includes('securityContext'));
    assert.ok(labels(`${head}mark: securityContext.priv‸`).includes('privileged'));
    assert.ok(labels(`${head}mark: [image, securityContext.‸]`).includes('privileged'));
    assert.ok(labels(`${head}fix:\n  remove: securityContext.‸`).includes('privileged'));
    assert.ok(labels(`${head}each: ports\nmark: ‸`).includes('hostPort'));
    assert.ok(labels(`${head}mark: ‸\neach: ‸`.replace('‸', '')).includes('ports'));
    assert.ok(!labels(`${head}mark: ‸`).includes('size'));
    const [text, offset] = at(`${head}mark: securityContext.pri‸v`);
    const item = completeDraft('policy', text, offset).find(({ label }) => label === 'privileged');
    assert.equal(text.slice(item?.replace.start, item?.replace.end), 'priv');
  });

  test('what is replaced is the word in the file', () => {
    const [text, offset] = at(`${head}require: "self.ima‸ge != ''"`);
    const item = completeDraft('policy', text, offset).find(({ label }) => label === 'image');
    assert.equal(text.slice(item?.replace.start, item?.replace.end), 'image');
  });

  test('hover, signature help and colours stand on the file', () => {
    const [text, offset] = at(`${head}require: >-\n  self.ima‸ge.startsWith('a')\n`);
    const said = describeDraft('policy', text, offset);
    assert.deepEqual([said?.text, text.slice(said?.span.start, said?.span.end)], ['self.image: string', 'image']);
    assert.equal(signaturesOfDraft(...at(`${head}require: self.image.startsWith(‸`))?.argument, 0);
    const tokens = tokensOfDraft(text).map(({ span, kind }) => `${text.slice(span.start, span.end)}:${kind}`);
    assert.deepEqual(tokens, ['self:variable', 'image:property', 'startsWith:method', "'a':string"]);
  });

  test('a parameter is found where it is declared and wherever it is used', () => {
    const text = `${head}require: size(self.ports) <= params.most\nmessage: "more than {params.most}"`;
    const found = occurrencesInDraft(text, text.indexOf('most:') + 1);
    assert.deepEqual(
      found?.map(({ start, end }) => text.slice(start - 7, end)),
      ['ters:\n  most'.slice(-11), 'params.most', 'params.most'],
    );
    assert.deepEqual(occurrencesInDraft(text, text.lastIndexOf('most')), found);
    assert.equal(occurrencesInDraft(text, text.indexOf('self')), null);
  });
});

describe('keys and values', () => {
  test('keys that are missing, with what they mean', () => {
    const [text, offset] = at('title: x\nseverity: high\n‸');
    const items = completeDraft('policy', text, offset);
    assert.ok(!items.some(({ label }) => label === 'title'));
    assert.match(items.find(({ label }) => label === 'remedy')?.documentation ?? '', /What to do\. \(required\)/);
    assert.deepEqual(labels('fix:\n  title: x\n  ‸', 'key').toSorted(), ['insert', 'remove', 'safe', 'set', 'value']);
    assert.ok(labels('pattern:\n  - language: go\n    ‸', 'key').includes('rule'));
    assert.ok(labels('parameters:\n  most:\n    ty‸', 'key').includes('type'));
  });

  test('values of an enumeration, resource kinds, booleans', () => {
    assert.deepEqual(labels('severity: ‸'), ['info', 'low', 'medium', 'high', 'critical']);
    assert.ok(labels('resource: kub‸').includes('kubernetes.container'));
    assert.ok(labels('resource: [github.job, ‸').includes('github.step'));
    assert.deepEqual(labels('fix:\n  safe: ‸'), ['true', 'false']);
    assert.deepEqual(labels('pattern:\n  - language: g‸').includes('go'), true);
  });

  test('kerb.yaml has keys of its own', () => {
    const items = completeDraft('configuration', ...at('suppressions:\n  ‸'));
    assert.deepEqual(
      items.map(({ label }) => label),
      ['sameChange', 'longestDays'],
    );
    assert.match(describeDraft('configuration', ...at('ign‸ore: []'))?.text ?? '', /not judged/);
  });

  test('kerb.yaml names policies and domains', () => {
    const known = [{ id: 'kubernetes/privileged', title: 'No privilege' }];
    const named = (marked: string) =>
      completeDraft('configuration', ...at(marked), known).map(({ insert }) => insert.text);
    assert.deepEqual(named('sets: [all, kub‸'), ['all', 'kubernetes', 'kubernetes/privileged']);
    assert.deepEqual(named('policies:\n  kubernetes/p‸'), ["'kubernetes/*': ", 'kubernetes/privileged: ']);
  });

  test('nothing in prose', () => {
    assert.deepEqual(labels('why: >-\n  ‸'), []);
    assert.deepEqual(labels('# se‸'), []);
  });
});

test('garbage breaks nothing', () => {
  const words = [
    'require: ',
    'self.',
    '{',
    '}',
    '"',
    "'",
    '\n',
    '  ',
    'params.',
    'parameters:\n',
    '- ',
    '|',
    '>',
    ':',
    '\t',
    '\u0000',
    'a.all(x, ',
    '&&',
    '!',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), fc.nat(), (pieces, place) => {
      const text = head + pieces.join('');
      const offset = place % (text.length + 1);
      completeDraft('policy', text, offset);
      describeDraft('policy', text, offset);
      signaturesOfDraft(text, offset);
      occurrencesInDraft(text, offset);
      for (const { span } of tokensOfDraft(text)) assert.ok(span.start <= span.end && span.end <= text.length);
    }),
    { numRuns: 500 },
  );
});
