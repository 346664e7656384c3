import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNative } from '../../repository/native.ts';
import { readDocument } from '../document/index.ts';
import type { CodeLanguage } from '../model.ts';
import type { PatternRule } from '../policy/policy.ts';
import { readPolicies } from '../policy/read.ts';
import { asciiRegex } from './asciiRegex.ts';
import { compilePattern, matchPattern, probePattern } from './pattern.ts';
import { isMet, needOf } from './prefilter.ts';
import { regexNeed } from './regexNeed.ts';

const native = createNative();
const root = path.resolve(import.meta.dirname, '../..');
const files = globSync('policies/code/*.yaml', { cwd: root }).map((file) => ({
  path: file,
  id: file.slice('policies/'.length, -'.yaml'.length),
  text: readFileSync(path.join(root, file), 'utf8'),
}));
const policyRules = readPolicies(files).policies.flatMap(({ id, rule }) =>
  rule.kind === 'pattern' ? rule.patterns.map((pattern) => ({ id, pattern })) : [],
);
const endings: Partial<Record<string, CodeLanguage>> = {
  ts: 'typescript',
  tsx: 'tsx',
  py: 'python',
  go: 'go',
  js: 'javascript',
  sh: 'bash',
  java: 'java',
};
const samples = globSync('policies/code/*.md', { cwd: root }).flatMap((page) => {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^```\w+ (\S+\.(\w+)).*\n([\s\S]*?)^```/gm)].map((match) => ({
    page: page.slice('policies/'.length, -'.md'.length),
    language: endings[match[2]!]!,
    text: match[3]!,
  }));
});

test('the prefilter rules out no match', () => {
  const property = fc.property(
    fc.constantFrom(...policyRules),
    fc.constantFrom(...samples),
    ({ id, pattern }, sample) => {
      if (!pattern.language.includes(sample.language)) return;
      const { language: _, fix: __, ...configuration } = pattern;
      const found = native.parseCode(sample.language, sample.text)?.find(configuration) ?? [];
      if (found.length > 0) assert.ok(isMet(needOf(pattern), sample.text), id);
    },
  );
  fc.assert(property, { numRuns: 2_000 });
  for (const { id, pattern } of policyRules) {
    for (const sample of samples.filter(({ page, language }) => page === id && pattern.language.includes(language))) {
      const { language: _, fix: __, ...configuration } = pattern;
      const found = native.parseCode(sample.language, sample.text)?.find(configuration) ?? [];
      if (found.length > 0) assert.ok(isMet(needOf(pattern), sample.text), id);
    }
  }
});

test('every policy has a prefilter', () => {
  const without = policyRules.filter(({ pattern }) => needOf(pattern).kind === 'always').map(({ id }) => id);
  assert.deepEqual(without, []);
});

test('what a regular expression matches has what it needs', () => {
  const atom = fc.constantFrom(
    'ab',
    'exec',
    '\\.',
    '(?:ab|cd)',
    '(foo|)',
    '[a-z]',
    '.',
    'x?',
    '(bar)?',
    'yz+',
    'q{2}',
    'r{0,2}',
    '\\w+',
    '^',
    '$',
    '\\(',
    'é',
  );
  const texts = fc.array(
    fc.constantFrom('ab', 'exec', '.', 'cd', 'foo', 'bar', 'x', 'yz', 'zz', 'qq', 'rr', '(', 'é', '\n'),
    { maxLength: 8 },
  );
  const property = fc.property(
    fc.array(fc.array(atom, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
    texts,
    (branches, pieces) => {
      const regex = branches.map((branch) => branch.join('')).join('|');
      const text = pieces.join('');
      if (new RegExp(regex).test(text)) assert.ok(isMet(regexNeed(regex), text), `${regex} on ${text}`);
    },
  );
  fc.assert(property, { numRuns: 5_000 });
});

const needs: readonly (readonly [string, unknown])[] = [
  [
    '^(exec|execSync)$',
    {
      kind: 'any',
      needs: [
        { kind: 'word', word: 'exec' },
        { kind: 'word', word: 'execSync' },
      ],
    },
  ],
  ['^os\\.system$', { kind: 'word', word: 'os.system' }],
  ['(?i)password', { kind: 'always' }],
  ['^ab?c', { kind: 'always' }],
  ['abc+d', { kind: 'all', needs: [{ kind: 'word', word: 'ab' }] }],
];

test('what regular expressions need', () => {
  for (const [regex, need] of needs) {
    const found = regexNeed(regex);
    if (regex === 'abc+d') assert.deepEqual(found, { kind: 'word', word: 'ab' });
    else assert.deepEqual(found, need, regex);
  }
});

function fixed(rule: PatternRule, text: string): string {
  const { pattern } = compilePattern([rule]);
  const document = readDocument({ path: 'a.ts', text }, native);
  const edits = matchPattern(pattern, document).flatMap(({ fix }) => fix ?? []);
  return edits.reduceRight(
    (done, { span, text: replacement }) => done.slice(0, span.start) + replacement + done.slice(span.end),
    text,
  );
}

const fixes: readonly (readonly [string, PatternRule['rule'], string, string, string])[] = [
  ['a single variable', { pattern: 'foo($A)' }, 'bar($A)', 'x = foo(1 + 2);', 'x = bar(1 + 2);'],
  ['several', { pattern: 'foo($A, $$$REST)' }, 'bar([$$$REST], $A)', 'foo(a, b, c)', 'bar([b, c], a)'],
  ['none of several', { pattern: 'foo($$$REST)' }, 'bar($$$REST)', 'foo()', 'bar()'],
  ['an unknown variable stays', { pattern: 'foo($A)' }, 'bar($B)', 'foo(a)', 'bar($B)'],
  ['a dollar in the text', { pattern: 'foo($A)' }, 'bar($A)', "foo('$A $& $1')", "bar('$A $& $1')"],
  [
    'indentation is kept',
    { pattern: 'if ($A) { $$$BODY }' },
    'when($A, () => {\n  $$$BODY\n})',
    '  if (x) {\n    one();\n    two();\n  }',
    '  when(x, () => {\n    one();\n    two();\n  })',
  ],
];

for (const [name, rule, fix, text, expected] of fixes) {
  test(`fix: ${name}`, () => assert.equal(fixed({ language: ['typescript'], rule, fix }, text), expected));
}

test('offsets are UTF-16 units', () => {
  const text = "const é = '😀'; eval(input)";
  const { pattern } = compilePattern([{ language: ['typescript'], rule: { pattern: 'eval($A)' } }]);
  const hits = matchPattern(pattern, readDocument({ path: 'a.ts', text }, native));
  assert.deepEqual(
    hits.map((hit) => [hit.text, hit.variables.A?.text]),
    [['eval(input)', 'input']],
  );
});

test('two patterns that match one node make one hit', () => {
  const rules: PatternRule[] = [
    { language: ['typescript'], rule: { pattern: 'eval($A)' } },
    { language: ['typescript'], rule: { kind: 'call_expression' } },
  ];
  const hits = matchPattern(
    compilePattern(rules).pattern,
    readDocument({ path: 'a.ts', text: 'f(); eval(x)' }, native),
  );
  assert.deepEqual(
    hits.map(({ text }) => text),
    ['f()', 'eval(x)'],
  );
});

test('a rule that says nothing is a problem, one that the parser refuses throws', () => {
  assert.equal(
    compilePattern([{ language: ['typescript'], rule: { inside: { kind: 'program' } } }]).problems.length,
    1,
  );
  const { pattern } = compilePattern([{ language: ['typescript'], rule: { kind: 'no_such_kind' } }]);
  assert.throws(() => matchPattern(pattern, readDocument({ path: 'a.ts', text: 'x' }, native)), /invalid/i);
});

test('an author hears what the parser refuses without a file to match', () => {
  const probe = (rule: PatternRule['rule']) =>
    probePattern(compilePattern([{ language: ['typescript', 'go'], rule }]).pattern, native).map(
      ({ message }) => message,
    );
  assert.deepEqual(probe({ kind: 'comment' }), []);
  assert.deepEqual(probe({ kind: 'no_such_kind' }).length, 2);
  assert.match(probe({ pattern: 'f()', kindd: 'x' })[0]!, /^in typescript: unknown field `kindd`/);
});

test('an author hears that a pattern does not parse', () => {
  const said = (language: CodeLanguage, rule: PatternRule['rule']) =>
    probePattern(compilePattern([{ language: [language], rule }]).pattern, native).map(({ message }) => message);
  const broken: readonly (readonly [CodeLanguage, PatternRule['rule']])[] = [
    ['python', { pattern: 'eval((' }],
    ['python', { pattern: "foo('" }],
    ['typescript', { kind: 'call_expression', has: { pattern: 'foo(a' } }],
    ['typescript', { pattern: 'if (a) {' }],
    ['typescript', { pattern: { context: 'class A { m() {} } eval((', selector: 'class_body' } }],
    ['go', { any: [{ pattern: 'f()' }, { pattern: 'f(a' }] }],
    ['java', { pattern: 'foo($A' }],
  ];
  for (const [language, rule] of broken) {
    assert.match(said(language, rule).join(), /is not code of this language/, JSON.stringify(rule));
  }
  const whole: readonly (readonly [CodeLanguage, PatternRule['rule']])[] = [
    ['python', { pattern: 'eval($A, $$$)' }],
    ['python', { pattern: { context: 'class A:\n  $K = $V', selector: 'assignment' } }],
    ['typescript', { pattern: { context: '({ "a": $A })', selector: 'pair' } }],
    ['go', { pattern: '$A := f($$$REST)' }],
    ['go', { pattern: '$A' }],
    ['java', { pattern: 'foo($A)' }],
    ['java', { pattern: 'public void f() { $$$ }' }],
    ['bash', { pattern: 'eval $A' }],
  ];
  for (const [language, rule] of whole) assert.deepEqual(said(language, rule), [], JSON.stringify(rule));
  for (const { id, pattern } of policyRules) {
    assert.deepEqual(probePattern(compilePattern([pattern]).pattern, native), [], id);
  }
});

test('classes in regular expressions are ASCII', () => {
  const made: readonly (readonly [string, string])[] = [
    ['^\\w+\\.[\\w.]$', '^[A-Za-z0-9_]+\\.[A-Za-z0-9_.]$'],
    ['\\d\\D[\\s\\]x]', '[0-9]\\D[\\t\\n\\f\\r \\]x]'],
    ['\\bx\\b{start}\\\\w', '(?-u:\\b)x\\b{start}\\\\w'],
    ['[^"\\w]', '[^"A-Za-z0-9_]'],
  ];
  for (const [given, expected] of made) assert.equal(asciiRegex(given), expected);
  const { pattern } = compilePattern([{ language: ['typescript'], rule: { kind: 'identifier', regex: '^\\w+$' } }]);
  const hits = matchPattern(pattern, readDocument({ path: 'a.ts', text: 'abc; dé' }, native));
  assert.deepEqual(
    hits.map(({ text }) => text),
    ['abc'],
  );
});

test('cut and mangled code is matched without a fault', () => {
  const compiled = new Map(
    policyRules.map(({ id }) => [
      id,
      compilePattern(policyRules.filter((one) => one.id === id).map(({ pattern }) => pattern)).pattern,
    ]),
  );
  const paths: Partial<Record<CodeLanguage, string>> = {
    typescript: 'a.ts',
    tsx: 'a.tsx',
    javascript: 'a.js',
    python: 'a.py',
    go: 'a.go',
    bash: 'a.sh',
    java: 'a.java',
  };
  const mangle = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    insert: fc.constantFrom('', '"', '`', '${', '(', ')', '{', '\n', '\0', '😀', '\ud800', 'eval('),
  });
  const property = fc.property(fc.constantFrom(...samples), mangle, ({ page, language, text }, { at, insert }) => {
    const cut = Math.floor(at * text.length);
    for (const mangled of [text.slice(0, cut), text.slice(0, cut) + insert + text.slice(cut)]) {
      const document = readDocument({ path: paths[language]!, text: mangled }, native);
      for (const { span } of matchPattern(compiled.get(page)!, document))
        assert.ok(span.start >= 0 && span.end <= mangled.length);
    }
  });
  fc.assert(property, { numRuns: 300 });
});
