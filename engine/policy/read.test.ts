/** What is wrong with a policy's file is said where it stands, with what to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { native, policyText } from '../../test/policySet.ts';
import { checkPolicies, compilePolicies, defaultConfiguration, readPolicies } from '../index.ts';

const base = 'resource: kubernetes.container\nrequire: "true"';

/** Problems as `line:column severity message`, reading and compiling. */
function problemsOf(text: string, id = 'test/rule'): readonly string[] {
  const { policies, problems } = readPolicies([{ path: `${id}.yaml`, id, text }]);
  const compiled = problems.some(({ severity }) => severity === 'error')
    ? []
    : checkPolicies(compilePolicies(policies, defaultConfiguration, native));
  return [...problems, ...compiled].map(({ file, range, severity, message }) => {
    assert.equal(file, `${id}.yaml`);
    return `${range.start.line}:${range.start.column} ${severity}: ${message}`;
  });
}

test('a policy that says what it must has no problem', () => {
  assert.deepEqual(problemsOf(policyText(base)), []);
});

/** Keys of a policy, and where the complaint stands in them (the defaults come first: six lines) with its beginning. */
const wrong: readonly (readonly [string, string])[] = [
  ['resource: kubernetes.container\nrequir: "true"', '8:1 error: unknown key; did you mean "require"?'],
  [
    'resource: kubernetes.contaner\nrequire: "true"',
    '7:11 error: unknown resource kind; did you mean "kubernetes.container"?',
  ],
  ['require: "true"', 'error: `resource` is missing: say what is judged'],
  ['resource: kubernetes.container', 'error: a policy has exactly one of `require`, `pattern`, `secret` and `rego`'],
  [`${base}\nsecret: { keywords: [a], regex: a }`, 'error: a policy has exactly one of'],
  [`severity: hihg\n${base}`, '6:11 error: expected one of info, low, medium, high, critical; did you mean "high"?'],
  [`${base}\nreview: soon`, '9:9 error: expected a date like 2027-01-31'],
  [`${base}\nreview: 2027-13-01`, '9:9 error: expected a date like 2027-01-31'],
  [`${base}\nowners: tests`, 'error: expected a list'],
  [`${base}\ncontrols: [PSS/strict]`, '9:12 warning: not an id of its family: write it like PSS/baseline'],
  [`${base}\ncontrols: [NHI5:2024]`, '9:12 warning: not an id of its family: write it like NHI5:2025'],
  [`${base}\ncontrols: [CSF/PR.PS-1]`, '9:12 warning: not an id of its family: write it like CSF/PR.PS-01'],
  [`${base}\ncontrols: [ISO]`, '9:12 warning: unknown control'],
  [`${base}\nequivalents: [zizmr/x]`, '9:15 warning: unknown tool; did you mean "zizmor"?'],
  [`${base}\nequivalents: [zizmor]`, '9:15 warning: an equivalent is written <tool>/<its rule id>'],
  [`${base}\nreferences: ["http://x.test"]`, '9:14 error: expected an address that begins with https://'],
  [`${base}\nmark: a..b`, '9:7 error: not a path'],
  [`${base}\nfix: { title: x, safe: true }`, 'error: a fix has exactly one of'],
  [`${base}\nfix: { title: x, safe: true, remove: a, set: { b: 1 } }`, 'error: a fix has exactly one of'],
  [`${base}\nfix: { title: x, remove: a }`, 'error: `safe` is missing'],
  [`${base}\nparameters: { most: { type: int, default: x, description: d } }`, 'error: expected an integer'],
  [`${base}\nparameters: { most: { type: int, default: 9, maximum: 5, description: d } }`, 'error: expected at most 5'],
  [
    `${base}\nparameters: { most: { typ: int, default: 9, description: d } }`,
    'error: unknown key; did you mean "type"?',
  ],
  ['resource: code\npattern: [{ language: [rust], rule: { pattern: x } }]', 'error: expected one of typescript'],
  ['resource: code\npattern: { language: python, rul: { pattern: x } }', 'error: unknown key; did you mean "rule"?'],
  [`title: ${'x'.repeat(200)}\n${base}`, 'error: at most 120 characters'],
  // CEL, in each of the places and styles in which it can stand.
  ['resource: kubernetes.container\nrequire: self.name ==', '8:'],
  [
    'resource: kubernetes.container\nrequire: "self.nam == \'x\'"',
    '8:16 error: Container has no field "nam" (did you mean "name"?)',
  ],
  [
    'resource: kubernetes.container\nrequire: |\n  self.name == "x" &&\n    self.nam == "x"',
    '10:10 error: Container has no field "nam" (did you mean "name"?)',
  ],
  ['resource: kubernetes.container\nrequire: >-\n  self.name == "x" &&\n  slef.name == "x"', '10:3 error: '],
  ['resource: kubernetes.container\nrequire: self.name', '8:10 error: this expression must be true or false'],
  [`${base}\nwhere: object.kind + 1 == `, '9:'],
  [`${base}\nmessage: "it is {self.nam}"`, '8:23 error: Container has no field "nam" (did you mean "name"?)'],
  [`${base}\nmessage: "it is {self.name"`, '8:17 error: this brace is never closed'],
  [`${base}\nwhere: params.most > 1`, '9:'],
  ['resource: kubernetes.container\nrequire: item == 1', '8:10 error: '],
];
for (const [keys, expected] of wrong) {
  test(`complaint: ${keys.split('\n').at(-1)?.slice(0, 60)} → ${expected.slice(0, 40)}`, () => {
    const problems = problemsOf(policyText(keys));
    assert.ok(
      problems.some((problem) => problem.includes(expected)),
      `${problems.join('\n') || 'no problem'}\nexpected ${expected}`,
    );
  });
}

test('a missing key is said by name', () => {
  const problems = problemsOf(policyText(base, { without: ['owners'] }));
  assert.deepEqual(problems, ['1:1 error: `owners` is missing']);
});

test('files that are no policy', () => {
  assert.match(problemsOf('')[0] ?? '', /the file is empty/);
  assert.match(problemsOf('# nothing\n')[0] ?? '', /the file is empty/);
  assert.match(problemsOf('- a\n- b\n')[0] ?? '', /expected a map/);
  assert.match(problemsOf(`${policyText(base)}---\na: 1\n`)[0] ?? '', /a file has one policy/);
  assert.match(problemsOf(policyText(base), 'rule')[0] ?? '', /a policy is named <domain>\/<name>\.yaml/);
  assert.match(problemsOf(policyText(base), 'Test/Rule')[0] ?? '', /a policy is named/);
  assert.match(problemsOf('a: [1\n').join('\n'), /error/);
});

test('two files with one id: the first stands, the second is a problem', () => {
  const text = policyText(base);
  const { policies, problems } = readPolicies([
    { path: 'b/test/rule.yaml', id: 'test/rule', text },
    { path: 'a/test/rule.yaml', id: 'test/rule', text },
  ]);
  assert.deepEqual(
    policies.map(({ file }) => file),
    ['a/test/rule.yaml'],
  );
  assert.match(problems[0]?.message ?? '', /another file, a\/test\/rule\.yaml, has the same policy id/);
});

test('no complaint quotes a value', () => {
  for (const [keys] of wrong) {
    const text = policyText(keys).replace('Because.', 'hunter2hunter2');
    assert.ok(!problemsOf(text).join('\n').includes('hunter2'));
  }
});

const hostile: Readonly<Record<string, string>> = {
  'an alias bomb': `${policyText(base)}references:\n  - &a [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, i) => `  - &${String.fromCharCode(98 + i)} [${`*${String.fromCharCode(97 + i)},`.repeat(9)}]`).join('\n')}\n`,
  'a cycle': `${policyText(base)}owners: &o [*o]\n`,
  'deep nesting': `${policyText(base)}controls: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`,
  'a prototype': `${policyText(base)}__proto__: { title: x }\nconstructor: x\n`,
  'a prototype below': policyText(`${base}\nparameters: { __proto__: { type: int, default: 1, description: d } }`),
  'a long file': policyText(`why: ${'x'.repeat(300_000)}\n${base}`),
  'deep CEL': policyText(`resource: text\nrequire: "${'('.repeat(9_000)}true${')'.repeat(9_000)}"`),
  'a million bytes of braces': policyText(`${base}\nmessage: "${'{'.repeat(900)}"`),
  'a regex bomb': policyText('resource: text\nsecret: { keywords: [a], regex: "(a+)+$" }'),
  'a regex of look-around': policyText('resource: text\nsecret: { keywords: [a], regex: "(?=a)b" }'),
  NUL: `${policyText(base)}\0`,
};
for (const [name, text] of Object.entries(hostile)) {
  test(`hostile: ${name}`, () => {
    const { policies } = readPolicies([{ path: 'test/rule.yaml', id: 'test/rule', text }]);
    assert.doesNotThrow(() => checkPolicies(compilePolicies(policies, defaultConfiguration, native)));
    assert.equal(Object.hasOwn(Object.prototype, 'title'), false);
  });
}

test('of very many mistakes the first fifty are told', () => {
  const keys = Array.from({ length: 10_000 }, (_, at) => `k${at}: 1`).join('\n');
  const found = problemsOf(`${policyText(base)}\n${keys}`);
  assert.equal(found.length, 50);
  assert.ok(found.every((one) => /: error: unknown key/.test(` ${one}`.replace(/^ \d+:\d+ /, ': '))));
});

test('what is plainly no policy of Kerb is told once, with what to do', () => {
  const object = (apiVersion: string, kind: string): string =>
    `# ours\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: demo }\nspec: { rules: [] }\n`;
  const once = (text: string): string => {
    const [first = '', ...others] = problemsOf(text);
    assert.deepEqual(others, []);
    return first;
  };
  const taken = (what: string) => `2:1 error: this is ${what}, and no policy of Kerb: \`kerb import\` makes one of it`;
  const vap = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy');
  const binding = object('admissionregistration.k8s.io/v1beta1', 'ValidatingAdmissionPolicyBinding');
  assert.equal(once(vap), taken('a ValidatingAdmissionPolicy'));
  assert.equal(once(`${vap}---\n${binding}`), taken('a ValidatingAdmissionPolicy'));
  assert.equal(once(binding), taken('the binding of a ValidatingAdmissionPolicy'));
  assert.equal(once(object('kyverno.io/v1', 'ClusterPolicy')), taken('a ClusterPolicy of Kyverno'));
  assert.equal(once(object('policies.kyverno.io/v1', 'ValidatingPolicy')), taken('a ValidatingPolicy of Kyverno'));
  assert.equal(
    once('# ours\nid: no-eval\nlanguage: python\nrule: { pattern: eval($A) }\nseverity: error\n'),
    taken('a rule of ast-grep'),
  );
  assert.match(
    once(object('templates.gatekeeper.sh/v1', 'ConstraintTemplate')),
    /another tool, and none of Kerb: Gatekeeper's/,
  );
  assert.match(
    once('rules: [{ id: a, languages: [go], pattern: f() }]\n'),
    /another tool, and none of Kerb: rules of Semgrep/,
  );
  assert.match(once(object('v1', 'Secret')), /^2:1 error: this is an object of Kubernetes, and no policy of Kerb/);
  // Somebody's first policy, and what no importer knows.
  for (const text of ['id: a\nrule: x\ntitle: T\n', 'apiVersion: { a: 1 }\nkind: { b: 2 }\n', 'kind: Pod\n'])
    assert.ok(
      problemsOf(text).some((one) => one.includes('`why` is missing')),
      text,
    );
});

test('a list as a key behind a wrong indentation is that one mistake', () => {
  const [first = '', ...others] = problemsOf(`owners: [tests]\n resource: text\n[a, b]: x\n`);
  assert.match(first, /^2:1 error: The indentation does not fit/);
  assert.deepEqual(others, []);
});
