/** Sets of the same policies compile what no configuration changes once, and each keeps what its own makes of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCompilations } from './compilations.ts';
import { compilePolicies } from './compile.ts';
import { defaultConfiguration } from './configuration.ts';
import { readPolicies } from './read.ts';
import { vetPolicies } from './vet.ts';

const text = (rule: string) =>
  `title: T\nseverity: low\nwhy: W\nremedy: R\nowners: [o]\nadopted: 2026-01-01\nreview: 2027-01-01\n${rule}\nmessage: m\n`;
const read = (more: readonly string[]) => {
  const rules = ['resource: docker.stage\nrequire: "false"', 'secret: {keywords: [tok], regex: "tok[0-9]+"}', ...more];
  const files = rules.map((rule, index) => ({ path: `a/b${index}.yaml`, id: `a/b${index}`, text: text(rule) }));
  const { policies, problems } = readPolicies(files);
  assert.deepEqual(problems, []);
  return vetPolicies(policies, native);
};
const native = { sha256: () => '' };

test('what was compiled for one set serves the next, under the configuration of each', () => {
  const policies = read([]);
  const shared = createCompilations();
  const [mild, strict] = (['warn', 'deny'] as const).map((enforcement) =>
    compilePolicies(
      policies,
      { ...defaultConfiguration, sets: ['all'], policies: { 'a/b0': { enforcement } } },
      native,
      shared,
    ),
  );
  const [one, other] = [mild, strict].map((set) => set!.compiled('docker.stage').find((each) => each.require !== null));
  assert.ok(one !== undefined);
  assert.equal(one.require, other?.require);
  assert.deepEqual([one.enabled.enforcement, other?.enabled.enforcement], ['warn', 'deny']);
  assert.equal(mild!.secrets()?.scanner, strict!.secrets()?.scanner);
});

test('other policies are other parts', () => {
  const shared = createCompilations();
  const set = (more: readonly string[]) =>
    compilePolicies(read(more), { ...defaultConfiguration, sets: ['all'] }, native, shared);
  const [one, more] = [set([]), set(['secret: {keywords: [key], regex: "key[0-9]+"}'])];
  assert.notEqual(one.secrets()?.scanner, more.secrets()?.scanner);
  const conditionOf = (each: typeof one) =>
    each.compiled('docker.stage').find(({ require }) => require !== null)?.require;
  assert.notEqual(conditionOf(one), conditionOf(more));
  assert.deepEqual([one.secrets()?.policies.size, more.secrets()?.policies.size], [1, 2]);
});
