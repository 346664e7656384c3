/** The two levels of the Pod Security Standards as sets of the project's policies. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { compilePolicies, defaultConfiguration, judge, readPolicies } from '../../engine/index.ts';
import { createNative } from '../../repository/index.ts';

const folder = path.join(import.meta.dirname, '../../policies/kubernetes');
const native = createNative();
const { policies } = readPolicies(
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({
      path: `policies/kubernetes/${name}`,
      id: `kubernetes/${path.basename(name, '.yaml')}`,
      text: readFileSync(path.join(folder, name), 'utf8'),
    })),
);

export const levels = {
  baseline: compilePolicies(policies, { ...defaultConfiguration, sets: ['PSS/baseline'] }, native),
  restricted: compilePolicies(policies, { ...defaultConfiguration, sets: ['PSS/restricted'] }, native),
};

/** `policy path` of each finding in an object, in the order of the text; everything unexpected stands out as such. */
export function foundAt(level: keyof typeof levels, object: object): readonly string[] {
  const verdict = judge(
    { path: 'pod.yaml', text: stringify(object, { aliasDuplicateObjects: false }) },
    { policies: levels[level], native, context: { gate: 'check', date: '2026-01-01' } },
  );
  assert.deepEqual(verdict.problems, []);
  assert.ok(verdict.counts.resources > 2);
  return verdict.findings.map(({ policy, path: where, outcome }) =>
    outcome === 'fail' ? `${policy} ${where}` : `${outcome} ${policy}`,
  );
}
