import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNative } from '../../repository/native.ts';
import type { Code, CodeLanguage, CodeMatch, CodeSearch } from '../model.ts';
import { readPolicies } from '../policy/read.ts';
import { compilePattern } from '../rule/pattern.ts';
import { codeOnce, codeToEdit } from './code.ts';

const native = createNative();
const root = path.resolve(import.meta.dirname, '../..');
const files = globSync('policies/code/*.yaml', { cwd: root }).map((file) => ({
  path: file,
  id: file.slice('policies/'.length, -'.yaml'.length),
  text: readFileSync(path.join(root, file), 'utf8'),
}));
const policies = readPolicies(files).policies.flatMap(({ id, rule }) =>
  rule.kind === 'pattern' ? [{ id, pattern: compilePattern(rule.patterns).pattern }] : [],
);
const languages: Readonly<Record<string, CodeLanguage>> = { ts: 'typescript', py: 'python', go: 'go', sh: 'bash' };
const samples = globSync('policies/code/*.md', { cwd: root }).flatMap((page) => {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^```\w+ \S+\.(\w+).*\n([\s\S]*?)^```/gm)].flatMap(([, ending, sample]) => {
    const language = languages[ending!];
    return language === undefined ? [] : [{ language, text: sample! }];
  });
});

test('after any edits the answers are those of a fresh reading', () => {
  const pieces = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...samples.map(({ text }) => text)) },
    fc.constantFrom(
      '(',
      ')',
      '{',
      '}',
      '`',
      "'",
      '/*',
      '*/',
      '\n',
      ';',
      'async ',
      'else ',
      '+ x',
      '.run()',
      '=> ',
      ':\n  ',
    ),
  );
  const edit = fc.record({ at: fc.nat(), remove: fc.nat(40), insert: fc.oneof(fc.constant(''), pieces) });
  const property = fc.property(
    fc.constantFrom(...new Set(Object.values(languages))),
    fc.array(fc.constantFrom(...samples), { minLength: 1, maxLength: 6 }),
    fc.array(edit, { minLength: 1, maxLength: 6 }),
    (language, chosen, edits) => {
      let text = chosen.map((sample) => sample.text).join('\n');
      let code = codeToEdit(native.parseCode(language, text)!, text);
      for (const query of queriesOf(language)) code.find(query);
      for (const { at, remove, insert } of edits) {
        const start = at % (text.length + 1);
        text = text.slice(0, start) + insert + text.slice(start + remove);
        code = code.edited(native.parseCode(language, text)!, text);
        assertSame(code, codeOnce(native.parseCode(language, text)!, text), language);
      }
    },
  );
  fc.assert(property, { numRuns: Number(process.env.RUNS ?? 60) });
});

test('no statement is looked into for a rule that asks the file for what it does not have', () => {
  const { pattern } = compilePattern([
    {
      language: ['typescript'],
      rule: {
        kind: 'call_expression',
        all: [
          { has: { field: 'function', pattern: '$RUN' } },
          {
            inside: {
              kind: 'program',
              stopBy: 'end',
              has: { stopBy: 'end', regex: '^exec as ', has: { pattern: '$RUN' } },
            },
          },
        ],
      },
    },
  ]);
  const { query } = pattern.byLanguage.get('typescript')![0]!;
  const asked: (number | undefined)[] = [];
  const read = (text: string) => {
    const tree = native.parseCode('typescript', text)!;
    const find: typeof tree.find = (configuration, statement) => {
      if (configuration === query.configuration || configuration === query.local?.configuration) asked.push(statement);
      return tree.find(configuration, statement);
    };
    return { ...tree, statements: () => tree.statements(), find };
  };
  const without = 'run(one);\n';
  const code = codeToEdit(read(without), without);
  assert.deepEqual(code.find(query), []);
  assert.deepEqual(asked, []);
  const renamed = `import { exec as run } from 'child_process';\n${without}`;
  assert.equal(code.edited(read(renamed), renamed).find(query).length, 1);
});

function assertSame(code: Code, fresh: Code, language: CodeLanguage): void {
  for (const query of queriesOf(language)) {
    assert.deepEqual(inOrder(code.find(query)), inOrder(fresh.find(query)), JSON.stringify(query.configuration));
  }
}

function queriesOf(language: CodeLanguage): readonly CodeSearch[] {
  return policies.flatMap(({ pattern }) =>
    (pattern.byLanguage.get(language) ?? []).flatMap(({ query, conditions }) => [query, ...conditions]),
  );
}

function inOrder(matches: readonly CodeMatch[]): readonly string[] {
  return matches.map((match) => JSON.stringify(match)).sort();
}
