/** A vetted policy says what it says when it is compiled as a whole; one that is wrong is never vetted. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createNative } from '../../repository/native.ts';
import { judge } from '../evaluate.ts';
import { caseFiles } from './cases.ts';
import { compilePolicies } from './compile.ts';
import { defaultConfiguration } from './configuration.ts';
import { mutantsOf } from './mutation/mutants.ts';
import { readPolicies } from './read.ts';
import { vetPolicies } from './vet.ts';

const native = createNative();
const root = path.resolve(import.meta.dirname, '../..');
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');
const { policies } = readPolicies(
  globSync('policies/*/*.yaml', { cwd: root }).map((file) => ({
    path: file,
    id: file.slice('policies/'.length).replace(/\.yaml$/, ''),
    text: textOf(file),
  })),
);
const vetted = vetPolicies(policies, native);

test('every built-in policy is vetted', () => {
  const others = vetted.filter((policy) => policy.vetted === undefined).map(({ id }) => id);
  assert.deepEqual(others, []);
});

test('vetted policies have the same digest, and say the same of every case', () => {
  const [whole, lazy] = [policies, vetted].map((all) => compilePolicies(all, defaultConfiguration, native));
  assert.equal(lazy?.digest, whole?.digest);
  const files = globSync('policies/*/*.md', { cwd: root }).flatMap((page) => caseFiles(textOf(page)));
  assert.ok(files.length > 500);
  const said = (set: typeof whole) =>
    files.map(
      (file) => judge(file, { policies: set!, native, context: { gate: 'check', date: '2026-11-22' } }).findings,
    );
  assert.deepEqual(said(lazy), said(whole));
});

test('a policy that is wrong is not vetted', () => {
  const text = (rule: string) => `title: T\nseverity: low\nwhy: W\nremedy: R\nowners: [o]\n${rule}\nmessage: m\n`;
  const wrong = readPolicies(
    [
      text('resource: kubernetes.pod\nrequire: self.nothing.at == all'),
      text('resource: kubernetes.pod\nrequire: "true"').replace('message: m', 'message: "{nobody}"'),
      text('secret: {keywords: [x], regex: "x("}'),
      text('secret: {keywords: [x], regex: x, group: 3}'),
    ].map((each, index) => ({ path: `a/b${index}.yaml`, id: `a/b${index}`, text: each })),
  );
  assert.deepEqual(wrong.problems, []);
  assert.deepEqual(
    vetPolicies(wrong.policies, native).map((policy) => policy.vetted),
    [undefined, undefined, undefined, undefined],
  );
});

test('a mutant is another policy, and nobody has vetted it', () => {
  const mutants = vetted.flatMap((policy) => mutantsOf(policy).slice(0, 3));
  assert.ok(mutants.length > 100);
  assert.ok(mutants.every(({ policy }) => policy.vetted === undefined));
});
