import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeBase64 } from '../base64.ts';
import { encodeUtf8 } from '../cel/utf8.ts';
import { mask } from '../mask.ts';
import type { SecretRule } from '../policy/policy.ts';
import { createAutomaton, findWords } from './secret/automaton.ts';
import { occurrencesIn } from './secret/occurrences.ts';
import { entropyOf, isPlausible } from './secret/plausible.ts';
import { compileSecrets, scanSecrets } from './secret.ts';

const made = 'q7Rk2mWx9LpT4vYc8NdZ';
const rules: readonly { policy: string; secret: SecretRule }[] = [
  { policy: 'a/key', secret: { keywords: ['zz_'], regex: '\\b(zz_[A-Za-z0-9]{20})\\b' } },
  {
    policy: 'a/generic',
    secret: {
      keywords: ['secret', 'token', 'password'],
      regex: '(?i)(?:secret|token|password)["\']?[ \\t]{0,5}[:=][ \\t]{0,5}["\']?([\\w$\\{\\}-]{8,64})',
      entropy: 3,
      allow: ['^letme'],
    },
  },
];
const scanner = compileSecrets(rules);

function found(text: string) {
  return scanSecrets(scanner, text).hits.map(({ policy, span, masked }) => [
    policy,
    text.slice(span.start, span.end),
    masked,
  ]);
}

const cases: readonly [name: string, text: string, hits: readonly (readonly string[])[]][] = [
  ['a form', `x = zz_${made};`, [['a/key', `zz_${made}`, 'zz_…']]],
  ['the more special of two', `token = "zz_${made}"`, [['a/key', `zz_${made}`, 'zz_…']]],
  ['an assignment', `"password": "${made}"`, [['a/generic', made, '…']]],
  ['a keyword in other case', `PassWord: ${made}`, [['a/generic', made, '…']]],
  ['too little entropy', 'password = "aaaabbbb"', []],
  ['what is allowed', `password = "${'letmein'}93kdhs"`, []],
  ['a reference', 'password = "${DB_PASSWORD_1}"', []],
  ['a placeholder', 'password = "your-password-9f"', []],
  ['a word that goes on', `zz_${made}A`, []],
  [
    'two on one line',
    `zz_${made} zz_${made}`,
    [
      ['a/key', `zz_${made}`, 'zz_…'],
      ['a/key', `zz_${made}`, 'zz_…'],
    ],
  ],
  ['at both ends of the text', `zz_${made}`, [['a/key', `zz_${made}`, 'zz_…']]],
  [
    'far from the beginning',
    `${'-'.repeat(200_000)} zz_${made} ${'-'.repeat(200_000)}`,
    [['a/key', `zz_${made}`, 'zz_…']],
  ],
];
for (const [name, text, hits] of cases) test(`secrets: ${name}`, () => assert.deepEqual(found(text), hits));

test('a secret within base64 is found where it stands encoded', () => {
  const encoded = encodeBase64(encodeUtf8(`token: zz_${made}`));
  assert.deepEqual(found(`data:\n  config: ${encoded}\n`), [['a/key', encoded, 'zz_…']]);
});

test('what a better hit covers stands beside it', () => {
  const { hits } = scanSecrets(scanner, `token = "zz_${made}"`);
  assert.deepEqual(
    hits.map(({ policy, others }) => [policy, others.map((other) => other.policy)]),
    [['a/key', ['a/generic']]],
  );
});

test('windows do not change what is found', () => {
  const filler = fc.constantFrom(
    'secret',
    ' ',
    'x',
    '\n',
    'token=',
    'é',
    `zz_${made}`,
    `password: ${made} `,
    '-'.repeat(300),
    'password',
    '"',
  );
  fc.assert(
    fc.property(fc.array(filler, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      const whole = rules.map(({ policy, secret }) => ({
        policy,
        secret: { ...secret, keywords: [...new Set(text || 'x')].filter((c) => c < '\u007f') },
      }));
      // Which hits of the other form step back before a key is that form's own matter.
      const keysIn = (scanning: typeof scanner) =>
        scanSecrets(scanning, text)
          .hits.filter(({ policy }) => policy === 'a/key')
          .map(({ span, masked }) => ({ span, masked }));
      assert.deepEqual(keysIn(scanner), keysIn(compileSecrets(whole)));
    }),
    { numRuns: 200 },
  );
});

test('a text full of keywords is cut off with a problem', () => {
  const many = Array.from({ length: 100 }, (_, index) => ({
    policy: `p/${index}`,
    secret: { keywords: ['a'], regex: 'a[0-9]{100}b' },
  }));
  const scan = scanSecrets(compileSecrets(many), 'a'.repeat(2_000_000));
  assert.notEqual(scan.problem, null);
  assert.equal(scanSecrets(scanner, 'a'.repeat(2_000_000)).problem, null);
});

test('a pattern that is wrong is a problem, not an exception', () => {
  const bad = compileSecrets([
    { policy: 'a/b', secret: { keywords: ['x'], regex: 'x(' } },
    { policy: 'a/c', secret: { keywords: ['x'], regex: 'x', allow: ['(?=a)'] } },
    { policy: 'a/d', secret: { keywords: ['x'], regex: 'x', group: 3 } },
  ]);
  assert.deepEqual(
    bad.problems.map(({ policy, offset }) => [policy, offset]),
    [
      ['a/b', 1],
      ['a/c', 0],
      ['a/d', 0],
    ],
  );
  assert.deepEqual(scanSecrets(bad, 'x').hits, []);
});

test('the automaton finds every word that is there', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom(...'abAB_'), minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 8,
  });
  const text = fc.string({ unit: fc.constantFrom(...'abAB_ é😀'), maxLength: 40 });
  fc.assert(
    fc.property(words, text, (list, haystack) => {
      const automaton = createAutomaton(list);
      const got = new Set<string>();
      findWords(automaton, haystack, (word, end) => {
        got.add(`${word}@${end}`);
        return undefined;
      });
      const want = new Set<string>();
      for (const [index, word] of list.entries()) {
        for (let end = word.length; end <= haystack.length; end++) {
          if (haystack.slice(end - word.length, end).toLowerCase() === word.toLowerCase()) want.add(`${index}@${end}`);
        }
      }
      assert.deepEqual([...got].sort(), [...want].sort());
    }),
  );
});

test('after an edit the keywords are those of a fresh reading', () => {
  const unit = fc.constantFrom(...'abcA_ é');
  const words = fc.array(fc.string({ unit: fc.constantFrom(...'abc_'), minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 6,
  });
  const edit = fc.record({ at: fc.nat(200), remove: fc.nat(8), insert: fc.string({ unit, maxLength: 6 }) });
  const property = fc.property(
    words,
    fc.string({ unit, maxLength: 60 }),
    fc.array(edit, { minLength: 1, maxLength: 5 }),
    (list, first, edits) => {
      const automaton = createAutomaton(list);
      const longest = Math.max(...list.map((word) => word.length));
      let known = occurrencesIn(automaton, longest, first, null);
      for (const { at, remove, insert } of edits) {
        const start = at % (known!.text.length + 1);
        const text = known!.text.slice(0, start) + insert + known!.text.slice(start + remove);
        known = occurrencesIn(automaton, longest, text, known);
        assert.deepEqual(known, occurrencesIn(automaton, longest, text, null));
      }
    },
  );
  fc.assert(property, { numRuns: 3_000 });
});

const stands: readonly string[] = [
  'changeme',
  'CHANGE_ME',
  '<token>',
  'xxxxxxxxxxxx',
  'AKIAIOSFODNN7EXAMPLE',
  'your-api-key',
  'your_github_token',
  'abcdefghijklmnop',
  '1234567890',
  '${TOKEN}',
  '$TOKEN',
  '$(cat f)',
  '{{ .Values.token }}',
  '%TOKEN%',
  'process.env.TOKEN',
  'os.environ["T"]',
  'vault:secret/data/x#y',
  'op://vault/item',
  'secrets.TOKEN',
  '********',
  '0000000000',
  'REDACTED',
  'getToken()',
  'arn:aws:secretsmanager:eu:1:secret:x',
  'null',
  'my-secret',
  'fake-token-93jd',
];
for (const text of stands) test(`${text} is no secret`, () => assert.equal(isPlausible(text), false));
for (const text of [made, 'hunter2-Qx', 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ', 'S3cure!Pass']) {
  test(`${text} may be a secret`, () => assert.equal(isPlausible(text), true));
}

test('entropy is in bits per character', () => {
  assert.equal(entropyOf('aaaa'), 0);
  assert.equal(entropyOf('abcd'), 2);
});

test('a mask keeps every offset and line', () => {
  assert.equal(
    mask('ab cd\nef', [
      { start: 4, end: 7 },
      { start: 0, end: 1 },
      { start: 5, end: 99 },
    ]),
    '•b c•\n••',
  );
  assert.equal(mask('abc', []), 'abc');
});
