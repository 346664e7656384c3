import assert from 'node:assert/strict';
import { test } from 'node:test';
import { native, policyText } from '../../test/policySet.ts';
import { coverageOf } from './coverage.ts';
import { readPolicies } from './read.ts';

const text = policyText(`
resource: kubernetes.pod
where: self.?hostPID.orValue(false) == false
require: self.?hostNetwork.orValue(false) != true || self.containers.all(c, c.image != 'b')
message: no`);

const fence = '```';
const page = (...specs: readonly string[]): { path: string; text: string } => ({
  path: 'p/one.md',
  text: specs
    .map((spec) => `${fence}yaml pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: ${spec}\n${fence}\n`)
    .join('\n'),
});

/** `true/false/other` of each part, by its source. */
function counted(...specs: readonly string[]): Readonly<Record<string, string>> {
  const { policies, problems } = readPolicies([{ path: 'p/one.yaml', id: 'p/one', text }]);
  assert.deepEqual(problems, []);
  const parts = coverageOf({ policy: policies[0]!, page: page(...specs), native });
  return Object.fromEntries(
    parts.map(({ span, trueCount, falseCount, otherCount }) => [
      text.slice(span.start, span.end),
      `${trueCount}/${falseCount}/${otherCount}`,
    ]),
  );
}

test('each condition is counted by how it came out, over all cases and elements', () => {
  const counts = counted(
    '{ containers: [{ name: a, image: a }] }',
    '{ hostNetwork: true, containers: [{ name: a, image: a }, { name: b, image: b }] }',
    '{ hostPID: true, containers: [] }',
  );
  assert.equal(counts['self.?hostPID.orValue(false) == false'], '2/1/0');
  assert.equal(counts['self.?hostNetwork.orValue(false) != true'], '1/1/0');
  assert.equal(counts["self.containers.all(c, c.image != 'b')"], '0/1/0');
  assert.equal(counts["c.image != 'b'"], '1/1/0');
});

test('what nobody asked is there with nothing counted, and an open value counts as other', () => {
  const counts = counted('{ containers: [] }');
  assert.equal(counts["self.containers.all(c, c.image != 'b')"], '0/0/0');
  assert.equal(
    counted("{ hostPID: '{{ .Values.x }}', containers: [] }")['self.?hostPID.orValue(false) == false'],
    '0/0/1',
  );
});
