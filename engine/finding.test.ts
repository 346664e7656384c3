/** What a finding says and marks, what makes it the same finding, and what it never shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeText, policySet, said } from '../test/policySet.ts';
import { decide, type PolicySet } from './index.ts';

const kinds = (rule: string, more = '') =>
  policySet({ 't/rule': `resource: kubernetes.container\nrequire: ${JSON.stringify(rule)}\n${more}` });

/** A pod with containers as given. */
const pod = (...containers: readonly string[]) =>
  `kind: Pod\napiVersion: v1\nmetadata: { name: p }\nspec:\n  containers:\n${containers.map((text) => text.replace(/^/gm, '    ').replace(/^ {4}/, '  - ')).join('\n')}\n`;

function marks(policies: PolicySet, text: string, path = 'pod.yaml'): readonly string[] {
  const { findings } = judgeText(path, text, policies);
  return findings.map(({ span, path: at }) => `${at} «${text.slice(span.start, span.end)}»`);
}

const marked: readonly (readonly [string, PolicySet, string, readonly string[]])[] = [
  ['a scalar', kinds('self.image != "x"', 'mark: image'), pod('name: a\nimage: x'), ['spec.containers[0].image «x»']],
  [
    'a missing key: the nearest key',
    kinds('has(self.securityContext.runAsUser)', 'where: has(self.securityContext)\nmark: securityContext.runAsUser'),
    pod('name: a\nsecurityContext:\n  tty: 1'),
    ['spec.containers[0].securityContext.runAsUser «securityContext»'],
  ],
  [
    'a missing key of an element: its name',
    kinds('has(self.securityContext)', 'mark: securityContext'),
    pod('name: a\nimage: x', 'image: y\nname: b'),
    ['spec.containers[0].securityContext «a»', 'spec.containers[1].securityContext «b»'],
  ],
  [
    'a map: its key',
    kinds('!has(self.lifecycle)', 'mark: lifecycle'),
    pod('name: a\nlifecycle:\n  preStop: {}'),
    ['spec.containers[0].lifecycle «lifecycle»'],
  ],
  [
    'a flow list: all of it',
    kinds('size(self.args) < 2', 'mark: args'),
    pod('name: a\nargs: [x, y]'),
    ['spec.containers[0].args «[x, y]»'],
  ],
  [
    'the first mark that exists',
    kinds('false', 'mark: [tty, image, name]'),
    pod('name: a\nimage: x'),
    ['spec.containers[0].image «x»'],
  ],
  [
    'without a mark: what decided',
    kinds('self.?image.orValue("") != "x" && self.name != "b"'),
    pod('name: a\nimage: x', 'name: b'),
    ['spec.containers[0].image «x»', 'spec.containers[1].name «b»'],
  ],
  [
    'without a mark: the element that decided',
    kinds('self.args.all(a, a != "-v")'),
    pod('name: a\nargs: ["-x", "-v", "-y"]'),
    ['spec.containers[0].args[1] «"-v"»'],
  ],
  [
    'each: every element',
    kinds('item != "bad"', 'each: args'),
    pod('name: a\nargs:\n  - bad\n  - good\n  - bad'),
    ['spec.containers[0].args[0] «bad»', 'spec.containers[0].args[2] «bad»'],
  ],
  [
    'each: of a map, with a mark in it',
    kinds('item.cpu != "0"', 'each: resources\nmark: cpu\nmessage: "{key} has none"'),
    pod('name: a\nresources:\n  limits: { cpu: "0" }\n  requests: { cpu: "1" }'),
    ['spec.containers[0].resources.limits.cpu «"0"»'],
  ],
  [
    'a relative: where it stands',
    kinds('pod.?hostNetwork.orValue(false) == false'),
    `${pod('name: a')}  hostNetwork: true\n`,
    ['spec.hostNetwork «true»'],
  ],
];
for (const [name, policies, text, expected] of marked) {
  test(`mark: ${name}`, () => assert.deepEqual(marks(policies, text), expected));
}

test('what decided elsewhere is told beside the mark', () => {
  const policies = kinds('pod.?hostNetwork.orValue(false) == false', 'mark: name');
  const text = `${pod('name: a')}  hostNetwork: true\n`;
  const [finding] = judgeText('pod.yaml', text, policies).findings;
  assert.equal(finding?.path, 'spec.containers[0].name');
  assert.deepEqual(
    finding?.related.map(({ span }) => text.slice(span.start, span.end)),
    ['true'],
  );
});

test('a key that is just being typed changes no verdict', () => {
  const policies = kinds('!self.?securityContext.privileged.orValue(false)');
  assert.deepEqual(said(judgeText('pod.yaml', pod('name: a\nsecurityContext:\nimage: x'), policies)), []);
});

const privileged = kinds('!self.?securityContext.privileged.orValue(false)', 'mark: securityContext.privileged');
const bad = 'name: web\nsecurityContext:\n  privileged: true';
const prints = (text: string, path = 'pod.yaml', policies = privileged) =>
  judgeText(path, text, policies).findings.map(({ fingerprint }) => fingerprint);

test('a fingerprint survives what does not change the finding', () => {
  const [before] = prints(pod(bad));
  assert.match(before ?? '', /^[0-9a-f]{32}$/);
  assert.deepEqual(prints(`# a comment\n\n${pod(bad)}`), [before], 'lines above');
  assert.deepEqual(prints(pod('name: first\nimage: x', bad)), [before], 'an element before it');
  assert.deepEqual(
    prints(pod('name: web\nimage: x\nsecurityContext:\n  runAsUser: 1\n  privileged: true # why')),
    [before],
    'what stands around it',
  );
  assert.deepEqual(prints(`a: 1\n---\n${pod(bad)}`), [before], 'another document before it');
  assert.deepEqual(prints(pod(bad).replaceAll('\n', '\r\n')), [before], 'line ends');
});

test('a fingerprint tells apart what differs', () => {
  const [before] = prints(pod(bad));
  assert.notDeepEqual(prints(pod(bad.replace('web', 'other'))), [before]);
  assert.notDeepEqual(prints(pod(bad), 'other.yaml'), [before]);
  const twins = prints(pod(bad, bad));
  assert.equal(new Set(twins).size, 2);
  assert.equal(twins[0], before);
  const tag = kinds('!self.image.endsWith(":latest")', 'mark: image');
  assert.notDeepEqual(
    prints(pod('name: a\nimage: x:latest'), 'pod.yaml', tag),
    prints(pod('name: a\nimage: y:latest'), 'pod.yaml', tag),
  );
});

const token = ['gh', 'p_', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'].join('');

test('no message, path or name shows a secret, whichever policy wrote it', () => {
  const policies = policySet({
    't/secret': 'secret: { keywords: [ghp_], regex: "ghp_[A-Za-z0-9]{36}" }\nmessage: "a token: {match.masked}"',
    't/quote':
      'resource: kubernetes.container\neach: env\nrequire: "false"\nmessage: "{self.name} sets {item.name} to {item.value}, that is {item.value.substring(4, 30)}"',
    't/object': 'resource: kubernetes.object\nrequire: "false"\nmessage: "{self}"',
  });
  const text = pod(`name: web\nenv:\n  - name: ${token}x\n    value: ${token}`);
  const verdict = judgeText('pod.yaml', text, policies);
  assert.ok(verdict.findings.length >= 3);
  assert.ok(verdict.secrets.length > 0);
  const shown = JSON.stringify(verdict.findings);
  for (let at = 4; at + 12 <= token.length; at++) assert.ok(!shown.includes(token.slice(at, at + 12)), shown);
});

test('a secret is masked also where its policy is off', () => {
  const texts = {
    't/secret': 'secret: { keywords: [ghp_], regex: "ghp_[A-Za-z0-9]{36}" }',
    't/quote': 'resource: kubernetes.container\nrequire: "false"\nmessage: "{self.image}"',
  };
  const off = policySet(texts, { ...policySet(texts).configuration, policies: { 't/secret': { enforcement: 'off' } } });
  const { findings } = judgeText('pod.yaml', pod(`name: web\nimage: ${token}`), off);
  assert.deepEqual(
    findings.map(({ policy }) => policy),
    ['t/quote'],
  );
  assert.ok(!JSON.stringify(findings).includes(token.slice(6)));
});

test('a rule that breaks is an error, and no allow', () => {
  const broken = kinds('self.args[7] == "x"');
  const verdict = judgeText('pod.yaml', pod('name: a\nargs: [b]'), broken);
  assert.deepEqual(
    verdict.findings.map(({ outcome }) => outcome),
    ['error'],
  );
  assert.equal(decide([verdict]).effect, 'indeterminate');
  const where = kinds('true', 'where: self.args[7] == "x"');
  assert.equal(decide([judgeText('pod.yaml', pod('name: a\nargs: [b]'), where)]).effect, 'indeterminate');
});

test('a policy that cannot be compiled says so once in a file, with the place of the mistake', () => {
  const broken = kinds('self.nam == "x"');
  const lines = said(judgeText('pod.yaml', pod('name: a', 'name: b'), broken));
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? '',
    /\(error\) the policy itself is broken: policies\/t\/rule\.yaml:8:\d+: Container has no field "nam"/,
  );
});

test('what a template left open is counted, and no finding', () => {
  const verdict = judgeText(
    'templates/pod.yaml',
    pod('name: a\nimage: "{{ .Values.image }}"'),
    kinds('!self.image.endsWith(":latest")'),
  );
  assert.deepEqual(verdict.findings, []);
  assert.equal(verdict.counts.unknown, 1);
});

const decisions: readonly (readonly [string, string, string, string])[] = [
  ['nothing', 'high', 'true', 'allow'],
  ['a denied finding', 'high', 'false', 'deny'],
  ['a warning', 'medium', 'false', 'allow'],
  ['an audited finding', 'low', 'false', 'allow'],
  ['a broken rule of low weight', 'low', 'self.args[7] == ""', 'indeterminate'],
];
for (const [name, severity, rule, effect] of decisions) {
  test(`decision: ${name} → ${effect}`, () => {
    const verdict = judgeText('pod.yaml', pod('name: a\nargs: [b]'), kinds(rule, `severity: ${severity}`));
    assert.equal(decide([verdict]).effect, effect);
  });
}

test('a deny wins over what is not known; an unreadable file is no allow', () => {
  const denied = judgeText('pod.yaml', pod('name: a'), kinds('false'));
  const unreadable = judgeText('bad.yaml', 'a: [1\nb: {', kinds('true'));
  assert.ok(unreadable.problems.length > 0);
  assert.equal(decide([unreadable]).effect, 'indeterminate');
  assert.equal(decide([unreadable, denied]).effect, 'deny');
  assert.equal(decide([denied, unreadable]).effect, 'deny');
  assert.equal(decide([], { unreadable: 1 }).effect, 'indeterminate');
  assert.equal(decide([], { problems: [{ severity: 'error' }] }).effect, 'indeterminate');
  assert.equal(decide([], { problems: [{ severity: 'warning' }] }).effect, 'allow');
});

const hostile: Readonly<Record<string, string>> = {
  'a list of 30,000': pod(`name: a\nargs: [${'x,'.repeat(30_000)}x]`),
  'keys of prototypes': pod('name: a\n__proto__: { args: [x] }\nconstructor: { prototype: x }'),
  'an alias bomb': `x: &a [y,y,y,y,y,y,y,y,y]\n${Array.from({ length: 8 }, (_, i) => `x${i}: &${String.fromCharCode(98 + i)} [${`*${String.fromCharCode(97 + i)},`.repeat(9)}]\n`).join('')}${pod('name: a\nargs: *i')}`,
  'lone surrogates': pod('name: "\\uD800"\nargs: ["\\uDC00"]'),
};
for (const [name, text] of Object.entries(hostile)) {
  test(`hostile: ${name}`, () => {
    const policies = policySet({
      't/each': 'resource: kubernetes.container\neach: args\nrequire: item != "x"\nmessage: "{item} {self}"',
      't/nested':
        'resource: kubernetes.container\nrequire: self.args.all(a, self.args.all(b, self.args.all(c, a == b && b == c)))',
    });
    const verdict = judgeText('pod.yaml', text, policies);
    assert.ok(verdict.findings.length <= 2_100);
    assert.ok(verdict.findings.every(({ message }) => message.length < 1_200));
  });
}

test('a fingerprint is not made of a secret, wherever the resource has its name from', () => {
  const policies = policySet({
    't/secret': 'secret: { keywords: [ghp_], regex: "ghp_[A-Za-z0-9]{36}" }\nmessage: token',
    't/object': 'resource: kubernetes.object\nrequire: "false"\nmark: kind\nmessage: object',
  });
  const named = (name: string) =>
    prints(`kind: Pod\napiVersion: v1\nmetadata: { name: ${name} }\n`, 'pod.yaml', policies)[0];
  assert.equal(named(`${token}`), named(`${token.slice(0, -1)}0`));
  assert.notEqual(named('one'), named('two'));
});
