/** What the documentation shows is so: its policy passes its cases, its configuration is valid, no kind is left out. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { commands } from '../daemon/cli.ts';
import {
  checkPolicies,
  compilePolicies,
  defaultConfiguration,
  judge,
  readConfiguration,
  readPolicies,
  resourceKinds,
  runCases,
} from '../engine/index.ts';
import { runKerb } from './command.ts';
import { native, policyText } from './policySet.ts';

const root = path.resolve(import.meta.dirname, '..');
const pages = ['README.md', 'ARCHITECTURE.md', ...globSync('docs/**/*.md', { cwd: root })];
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

test('what is nearly right is wrong where the page says so, and what was meant is right', () => {
  const text = readFileSync(path.join(root, 'docs/precise.md'), 'utf8');
  const sections = text.split('\n## ').filter((section) => section.includes('```yaml loose'));
  assert.ok(sections.length >= 4);
  for (const section of sections) {
    const [loose, meant] = ['yaml loose', 'yaml meant'].map((name) => policyText(block(section, '```', name)));
    const [right, wrong] = ['yaml right', 'yaml wrong'].map((name) => block(section, '```', name));
    const title = section.slice(0, section.indexOf('\n'));
    assert.deepEqual([found(meant, right), found(meant, wrong)], [0, 1], title);
    assert.notDeepEqual([found(loose, right), found(loose, wrong)], [0, 1], title);
  }
});

/** How many findings a policy has in a manifest. */
function found(text = '', manifest = ''): number {
  const { policies, problems } = readPolicies([{ path: 'team/one.yaml', id: 'team/one', text }]);
  const set = compilePolicies(policies, defaultConfiguration, native);
  assert.deepEqual([...problems, ...checkPolicies(set, native)], []);
  const context = { gate: 'check', date: '2026-01-01' } as const;
  const { findings } = judge({ path: 'a.yaml', text: manifest }, { policies: set, native, context });
  assert.ok(findings.every(({ outcome }) => outcome !== 'error'));
  return findings.filter(({ policy }) => policy === 'team/one').length;
}

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
  const broken = pages.flatMap((page) => {
    const text = readFileSync(path.join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
    return [...text.matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)]
      .map(([, target = '']) => path.posix.join(path.posix.dirname(page), target))
      .filter((target) => !globSync(target, { cwd: root }).length)
      .map((target) => `${page}: ${target}`);
  });
  assert.deepEqual(broken, []);
});

test('every command that the documentation shows is there, with its options', async () => {
  const hub = runKerb(['hub', '--help'], { cwd: root }).stdout;
  const wrong: string[] = [];
  let seen = 0;
  for (const page of pages)
    for (const { name, options } of commandsIn(readFileSync(path.join(root, page), 'utf8'))) {
      const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
      const known =
        name === 'hub'
          ? hub
          : Object.keys((await load?.())?.options ?? {})
              .map((each) => `--${each} `)
              .join('');
      const missing = options.filter((option) => !known.includes(`${option} `));
      if (load === undefined || missing.length > 0) wrong.push(`${page}: kerb ${name} ${missing.join(' ')}`);
      seen++;
    }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 100, String(seen));
});

/** Commands as a person would type them: in blocks of code, and between backticks. */
function commandsIn(text: string): readonly { readonly name: string; readonly options: readonly string[] }[] {
  const typed = text.replaceAll('\\\n', ' ').matchAll(/(?:^|`|\| |- run: |\$ )(?:bin\/)?kerb ([a-z]+)\b([^`#|>\n]*)/gm);
  return [...typed].map(([, name = '', rest = '']) => ({
    name,
    options: [...rest.matchAll(/(?<=\s)--[a-z][a-z-]+/g)].map(([option]) => option),
  }));
}

function block(text: string, fence: string, info: string): string {
  const begin = `\n${fence}${info}\n`;
  const start = text.indexOf(begin);
  assert.ok(start >= 0, `no block ${info}`);
  return text.slice(start + begin.length, text.indexOf(`\n${fence}\n`, start + begin.length) + 1);
}
