/** Every policy of the project against its own page. `UPDATE=1` redraws the pages as the policies judge them. */
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import {
  checkPolicies,
  compilePolicies,
  defaultConfiguration,
  type Policy,
  readPolicies,
  runCases,
} from '../engine/index.ts';
import { boundsOf } from '../engine/regex/cost.ts';
import { fewStepsOnce } from '../engine/regex/index.ts';
import { parseRegex } from '../engine/regex/parse.ts';
import { createNative } from '../repository/native.ts';

const folder = import.meta.dirname;
const native = createNative();
const files = globSync('*/**/*.yaml', { cwd: folder })
  .map((file) => file.split(path.sep).join('/'))
  .sort()
  .map((file) => ({
    path: `policies/${file}`,
    id: file.replace(/\.yaml$/, ''),
    text: readFileSync(path.join(folder, file), 'utf8'),
  }));
const { policies, problems } = readPolicies(files);

test('every policy can be read and compiled without a problem', () => {
  const all = [...problems, ...checkPolicies(compilePolicies(policies, defaultConfiguration, native), native)];
  const said = all.map(({ file, range, message }) => `${file}:${range.start.line}:${range.start.column}: ${message}`);
  assert.deepEqual(said, []);
});

test('every page belongs to a policy', () => {
  const pages = globSync('*/**/*.md', { cwd: folder }).map((file) => file.split(path.sep).join('/'));
  const stray = pages.filter((page) => !files.some(({ id }) => `${id}.md` === page));
  assert.deepEqual(stray, []);
});

test('what makes a secret policy look closer does not stand in every line of every file', () => {
  const keywords = policies.flatMap(({ id, rule }) =>
    rule.kind === 'secret' ? rule.secret.keywords.map((keyword) => `${id}: ${keyword}`) : [],
  );
  assert.deepEqual(
    keywords.filter((each) => each.split(': ')[1]!.length < 2),
    [],
  );
});

/** Their keywords are rare texts: RE2's automata, which are a hundred times as slow, read little. */
const rarelyRead = [
  'secrets/azure-sas-token',
  'secrets/command-line-password',
  'secrets/curl-user',
  'secrets/kubeconfig',
  'secrets/private-key',
  'secrets/registry-login-password',
];

test("what is looked at around a common word is read by the platform's own RegExp", () => {
  const steps = (pattern: string): number => {
    const parsed = parseRegex(pattern);
    return 'message' in parsed ? Infinity : boundsOf(parsed.node).attempt(2_000);
  };
  const slow = policies.filter(({ rule }) => rule.kind === 'secret' && steps(rule.secret.regex) > fewStepsOnce);
  assert.deepEqual(
    slow.map(({ id }) => id),
    rarelyRead,
  );
});

for (const policy of policies) test(`cases of ${policy.id}`, (context) => runPage(policy, context));

function runPage(policy: Policy, context: { skip(reason: string): void }): void {
  const page = `${policy.id}.md`;
  const file = path.join(folder, page);
  const text = readFileSync(file, 'utf8');
  const { cases, redrawn } = runCases({ policy, page: { path: page, text }, native });
  if (process.env.UPDATE === '1' && redrawn !== text) {
    writeFileSync(file, redrawn);
    return;
  }
  const failed = cases.filter(({ outcome }) => outcome === 'failed');
  assert.ok(
    failed.length === 0,
    failed.map(({ line, message }) => `policies/${page}:${line}\n${message}`).join('\n\n'),
  );
  const skipped = cases.filter(({ outcome }) => outcome === 'skipped');
  if (skipped.length > 0) context.skip(`${skipped.length} cases: ${skipped[0]?.message}`);
  const judged = cases.filter(({ name, outcome }) => !name.endsWith(' fixed') && outcome === 'passed');
  assert.ok(
    skipped.length > 0 || judged.some(({ findings }) => findings > 0),
    `policies/${page} has no case with a finding`,
  );
  assert.ok(
    skipped.length > 0 || judged.some(({ findings }) => findings === 0),
    `policies/${page} has no case that is clean`,
  );
}
