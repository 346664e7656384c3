import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExpression } from './githubExpression.ts';

const cases: readonly { text: string; contexts?: string[]; flows?: string[]; functions?: string[] }[] = [
  { text: ' github.event.issue.title ', contexts: ['github.event.issue.title'], flows: ['github.event.issue.title'] },
  { text: "github['head_ref']", contexts: ['github.head_ref'], flows: ['github.head_ref'] },
  { text: 'GitHub.Head_Ref', contexts: ['github.head_ref'], flows: ['github.head_ref'] },
  { text: 'secrets.Token', contexts: ['secrets.Token'], flows: ['secrets.Token'] },
  {
    text: 'github.event.commits[0].message',
    contexts: ['github.event.commits.*.message'],
    flows: ['github.event.commits.*.message'],
  },
  {
    text: 'github.event.commits.*.message',
    contexts: ['github.event.commits.*.message'],
    flows: ['github.event.commits.*.message'],
  },
  { text: 'secrets[inputs.name]', contexts: ['inputs.name', 'secrets.*'], flows: ['secrets.*'] },
  { text: "github.head_ref == 'main'", contexts: ['github.head_ref'], flows: [] },
  { text: "github.head_ref == 'a' && 'b' || 'c'", contexts: ['github.head_ref'], flows: [] },
  { text: "inputs.x && github.head_ref || 'c'", contexts: ['inputs.x', 'github.head_ref'], flows: ['github.head_ref'] },
  {
    text: 'github.head_ref || github.ref_name',
    contexts: ['github.head_ref', 'github.ref_name'],
    flows: ['github.head_ref', 'github.ref_name'],
  },
  {
    text: "contains(github.event.head_commit.message, 'x')",
    contexts: ['github.event.head_commit.message'],
    flows: [],
    functions: ['contains'],
  },
  { text: "format('{0}', github.actor)", contexts: ['github.actor'], flows: ['github.actor'], functions: ['format'] },
  { text: 'tojson(secrets)', contexts: ['secrets'], flows: ['secrets'], functions: ['toJSON'] },
  {
    text: 'fromJSON(steps.x.outputs.y).z[matrix.i]',
    contexts: ['steps.x.outputs.y', 'matrix.i'],
    flows: ['steps.x.outputs.y'],
    functions: ['fromJSON'],
  },
  { text: '!github.event.deleted', contexts: ['github.event.deleted'], flows: [] },
  { text: '(github.head_ref)', contexts: ['github.head_ref'], flows: ['github.head_ref'] },
  { text: "'it''s github.actor'", contexts: [], flows: [] },
  { text: "hashFiles('**/lock')", functions: ['hashFiles'] },
  { text: 'always()', functions: ['always'] },
  { text: '1 + github.actor ) inputs.a', contexts: ['github.actor', 'inputs.a'] },
  { text: 'github.', contexts: ['github'] },
  { text: '', contexts: [], flows: [], functions: [] },
  { text: "github.event['pull_request'].head['ref']", contexts: ['github.event.pull_request.head.ref'] },
];

for (const { text, ...expected } of cases) {
  test(`expression: ${text}`, () => {
    const reading = readExpression(text);
    for (const [name, value] of Object.entries(expected))
      assert.deepEqual(reading[name as keyof typeof reading], value);
  });
}

test('hostile expressions stay bounded', () => {
  for (const text of [
    '('.repeat(50_000),
    '!'.repeat(50_000),
    'a['.repeat(20_000),
    "'".repeat(50_001),
    'a&&'.repeat(20_000),
  ])
    readExpression(text);
});
