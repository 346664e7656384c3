import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { native, policySet, today } from '../../test/policySet.ts';
import { type WhyNode, why } from './why.ts';

/** A tree as lines, indented by depth. */
function lines({ source, value, parts }: WhyNode, indent = ''): readonly string[] {
  return [`${indent}${value} | ${source}`, ...parts.flatMap((part) => lines(part, `${indent}  `))];
}

const whyOf = (policy: string, text: string) =>
  why({
    file: { path: 'pod.yaml', text },
    policies: policySet({
      'team/one': policy,
      'secrets/token': "secret:\n  keywords: [tok_]\n  regex: '(tok_[a-z0-9]{12})'\nmessage: a token",
    }),
    id: 'team/one',
    native,
    context: { gate: 'check', date: today },
  });

const pod = (spec: string): string => `apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: ${spec}\n`;

describe('why a policy says what it says', () => {
  test('each part has its value; what decided goes before what was not asked', () => {
    const [found] = whyOf(
      `resource: kubernetes.pod\nrequire: self.?hostNetwork.orValue(false) != true || self.hostPID == true`,
      pod('{ hostNetwork: false, containers: [] }'),
    );
    assert.equal(found?.resource, 'Pod/web spec');
    assert.deepEqual(lines(found!.require!), [
      'true | self.?hostNetwork.orValue(false) != true || self.hostPID == true',
      '  true | self.?hostNetwork.orValue(false) != true',
      '    false | self.?hostNetwork.orValue(false)',
      '      optional.of(false) | self.?hostNetwork',
      '  not asked | self.hostPID == true',
    ]);
  });

  test('a macro shows its elements up to the one that decided', () => {
    const [found] = whyOf(
      `resource: kubernetes.pod\nrequire: self.containers.all(c, c.image != 'b')`,
      pod('{ containers: [{ name: a, image: a }, { name: b, image: b }, { name: c, image: c }] }'),
    );
    const rounds = found!.require!.parts.filter(({ source }) => source.startsWith('c = '));
    assert.deepEqual(
      rounds.map(({ value }) => value),
      ['true', 'false'],
    );
  });

  test('where narrows, and each element has its own answer', () => {
    const policy = `resource: kubernetes.pod\nwhere: self.?hostPID.orValue(false) == false\neach: containers\nrequire: item.image != 'b'`;
    const found = whyOf(policy, pod('{ containers: [{ name: a, image: a }, { name: b, image: b }] }'));
    assert.deepEqual(
      found.map(({ resource, require }) => [resource, require?.value]),
      [
        ['Pod/web spec [0]', 'true'],
        ['Pod/web spec [1]', 'false'],
      ],
    );
    const [left] = whyOf(policy, pod('{ hostPID: true, containers: [] }'));
    assert.deepEqual([left?.where?.value, left?.require], ['false', null]);
  });

  test('errors and unknowns are said', () => {
    const [broken] = whyOf(
      `resource: kubernetes.pod\nrequire: self.containers[3].image == 'a'`,
      pod('{ containers: [] }'),
    );
    assert.match(broken?.require?.value ?? '', /^error: /);
    const [open] = whyOf(
      `resource: kubernetes.pod\nrequire: self.hostname == 'a'`,
      pod("{ hostname: '{{ .Values.x }}', containers: [] }"),
    );
    assert.equal(open?.require?.value, 'unknown');
  });

  test('a secret is masked wherever it would be shown', () => {
    const token = `tok_${'a1b2c3'.repeat(2)}`;
    const found = whyOf(
      `resource: kubernetes.pod\nrequire: self.containers.all(c, c.env.all(e, e.value != ''))`,
      pod(`{ containers: [{ name: a, image: a, env: [{ name: T, value: ${token} }] }] }`),
    );
    assert.ok(!JSON.stringify(found).includes(token));
    assert.match(JSON.stringify(found), /•{12}/);
  });
});
