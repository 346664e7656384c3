import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNative } from '../../repository/native.ts';
import { compilePolicies } from './compile.ts';
import { defaultConfiguration } from './configuration.ts';
import { differenceOf, type PreviewedPolicy, previewFile, previewFindings, previewPolicy } from './preview.ts';
import { readPolicies } from './read.ts';

const native = createNative();
const nothing = compilePolicies([], defaultConfiguration, native);
const options = { native, date: '2026-01-01', masking: nothing };

const policy = (require: string, message = 'no') => `title: t
severity: low
why: w
remedy: r
owners: [a]
resource: kubernetes.container
require: ${JSON.stringify(require)}
message: ${JSON.stringify(message)}
`;

function preview(text: string, as: 'draft' | 'saved' = 'draft', configuration = defaultConfiguration): PreviewedPolicy {
  return previewPolicy({ id: 'team/p', text, as, configuration, native });
}

function ready(text: string, as: 'draft' | 'saved' = 'draft'): Extract<PreviewedPolicy, { kind: 'ready' }> {
  const made = preview(text, as);
  assert.equal(made.kind, 'ready', JSON.stringify(made));
  return made as Extract<PreviewedPolicy, { kind: 'ready' }>;
}

const pod = previewFile(
  {
    path: 'a.yaml',
    text: 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - { name: a, tty: true }\n    - { name: b, stdin: true }\n    - { name: c, tty: true, stdin: true }\n',
  },
  native,
);

describe('what a policy would find', () => {
  test('follows its text, whatever was asked before', () => {
    const names = (require: string): readonly string[] =>
      previewFindings(pod, ready(policy(require, '{self.name}')), options).map((finding) => finding.shown().message);
    assert.deepEqual(names('self.?tty.orValue(false) != true'), ['a', 'c']);
    assert.deepEqual(names('self.?stdin.orValue(false) != true'), ['b', 'c']);
    assert.deepEqual(names('self.?tty.orValue(false) != true'), ['a', 'c']);
  });

  test('is compared by what is found, not by what is said of it', () => {
    const saved = previewFindings(pod, ready(policy('self.?tty.orValue(false) != true', 'old'), 'saved'), options);
    const draft = previewFindings(pod, ready(policy('self.?stdin.orValue(false) != true', 'new')), options);
    const { added, kept, vanished } = differenceOf(draft, saved);
    const paths = (findings: typeof draft) => findings.map((finding) => finding.shown().path);
    assert.deepEqual(paths(vanished), ['spec.containers[0].tty', 'spec.containers[2].tty']);
    assert.deepEqual(paths(added), ['spec.containers[1].stdin', 'spec.containers[2].stdin']);
    assert.deepEqual(paths(kept), []);
    const same = previewFindings(pod, ready(policy('self.?tty.orValue(false) != true', 'other')), options);
    assert.deepEqual(differenceOf(same, saved).added, []);
    assert.equal(differenceOf(same, saved).kept.length, 2);
  });

  test('a suppression counts', () => {
    const file = previewFile(
      {
        path: 'a.yaml',
        text: 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      tty: true # kerb: allow team/p until 2026-02-01 -- tried\n',
      },
      native,
    );
    assert.deepEqual(previewFindings(file, ready(policy('self.?tty.orValue(false) != true')), options), []);
  });

  test('says why it cannot judge', () => {
    const said = (text: string) => {
      const made = preview(text);
      return made.kind === 'problem' ? made.message : 'ready';
    };
    assert.match(said(policy('self.nmae == ""')), /^line 7: .*did you mean "name"/);
    assert.match(said('title: ['), /^line 1: /);
    assert.match(said(''), /^line 1: /);
    const off = { ...defaultConfiguration, policies: { 'team/p': { enforcement: 'off' } } } as const;
    assert.deepEqual(preview(policy('true'), 'draft', off as never), {
      kind: 'problem',
      message: 'kerb.yaml switches this policy off',
    });
  });

  test('shows no secret that another policy knows', () => {
    const [secret] = readPolicies([
      {
        id: 'team/s',
        path: 's.yaml',
        text: 'title: t\nseverity: low\nwhy: w\nremedy: r\nowners: [a]\nsecret: { keywords: [acme_], regex: "\\\\b(acme_[0-9a-f]{32})\\\\b" }\nmessage: m\n',
      },
    ]).policies;
    assert.ok(secret);
    const token = ['acme', '9f3a61c07be2485d1f60a3c9e7b42d58'].join('_');
    const file = previewFile(
      {
        path: 'a.yaml',
        text: `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - { name: a, workingDir: ${token} }\n`,
      },
      native,
    );
    const masking = compilePolicies([secret], defaultConfiguration, native);
    const [found] = previewFindings(file, ready(policy('false', 'in {self.workingDir}')), { ...options, masking });
    assert.ok(found);
    assert.ok(!found.shown().message.includes(token.slice(5, 20)), found.shown().message);
  });
});
