/** What the documentation shows is so: its policy passes its cases, its configuration is valid, no kind is left out. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  checkPolicies,
  compilePolicies,
  defaultConfiguration,
  readConfiguration,
  readPolicies,
  resourceKinds,
  runCases,
} from '../engine/index.ts';
import { native } from './policySet.ts';

const root = path.resolve(import.meta.dirname, '..');
const authors = readFileSync(path.join(root, 'docs/authors.md'), 'utf8');
const operators = readFileSync(path.join(root, 'docs/operators.md'), 'utf8');

test('the policy for authors compiles and passes its cases', () => {
  const file = {
    path: 'team/replicas.yaml',
    id: 'team/replicas',
    text: block(authors, '```', 'yaml team/replicas.yaml'),
  };
  const { policies, problems } = readPolicies([file]);
  assert.deepEqual([...problems, ...checkPolicies(compilePolicies(policies, defaultConfiguration, native))], []);
  const [policy] = policies;
  assert.ok(policy !== undefined);
  const page = { path: 'team/replicas.md', text: block(authors, '````', 'md team/replicas.md') };
  const { cases } = runCases({ policy, page, native });
  assert.deepEqual(
    cases.map(({ outcome, message }) => `${outcome} ${message}`.trim()),
    ['passed', 'passed', 'passed'],
  );
});

test('authors are told of every kind of resource', () => {
  const kinds = resourceKinds.map(({ kind }) => kind);
  assert.deepEqual(
    [...authors.matchAll(/^\| `([a-z.]+)` \|/gm)].map(([, kind]) => kind),
    kinds,
  );
});

test('the configuration for operators is valid, and its policies exist', () => {
  const text = block(operators, '```', 'yaml kerb.yaml');
  const { configuration, problems } = readConfiguration({ path: 'kerb.yaml', text });
  assert.deepEqual(problems, []);
  const folder = path.join(root, 'policies');
  const { policies } = readPolicies(
    globSync('*/*.yaml', { cwd: folder }).map((name) => ({
      path: name,
      id: name
        .split(path.sep)
        .join('/')
        .replace(/\.yaml$/, ''),
      text: readFileSync(path.join(folder, name), 'utf8'),
    })),
  );
  assert.deepEqual(compilePolicies(policies, configuration, native).problems, []);
});

test('links within the documentation lead somewhere', () => {
  const pages = ['README.md', 'ARCHITECTURE.md', ...globSync('docs/**/*.md', { cwd: root })];
  const broken = pages.flatMap((page) => {
    const text = readFileSync(path.join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
    return [...text.matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)]
      .map(([, target = '']) => path.posix.join(path.posix.dirname(page), target))
      .filter((target) => !globSync(target, { cwd: root }).length)
      .map((target) => `${page}: ${target}`);
  });
  assert.deepEqual(broken, []);
});

function block(text: string, fence: string, info: string): string {
  const begin = `\n${fence}${info}\n`;
  const start = text.indexOf(begin);
  assert.ok(start >= 0, `no block ${info}`);
  return text.slice(start + begin.length, text.indexOf(`\n${fence}\n`, start + begin.length) + 1);
}
