// A policy that is garbage, or meant to be a burden: every question about it is answered, and other files stay as they are.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod } from './texts.ts';

const policy = (require: string) => `title: Not so
severity: low
why: Because.
remedy: Otherwise.
owners: [tests]
resource: kubernetes.container
require: ${require}
message: "{self.name} is not so"
`;
const list = `[${Array.from({ length: 60 }, (_, at) => at).join(', ')}]`;
const anchors = 'bcdefghij'.split('').map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`)}]`);

const garbage: Readonly<Record<string, string>> = {
  'open brackets': policy('('.repeat(20_000)),
  'signs without end': policy(`"${'!'.repeat(50_000)}true"`),
  'conditions within conditions': policy(`"${'true ? '.repeat(400)}true${' : false'.repeat(400)}"`),
  'loops within loops': policy(`"${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))"`),
  'a pattern of stars': policy(`"self.name.matches('${'(a*)*'.repeat(300)}$')"`),
  'anchors of anchors': `a: &a [x, x, x, x, x, x, x, x, x]\n${anchors.join('\n')}\n`,
  'names of objects': `${policy('self.constructor.__proto__ == self')}__proto__: { a: 1 }\n`,
  zeros: `\0${policy('true')}`.repeat(50),
  'halves of characters': policy('"self.\ud83d == \udfff"'),
  'carriage returns': policy('self.name==self.image').replaceAll('\n', '\r'),
  'thousands of keys': policy('true') + Array.from({ length: 10_000 }, (_, at) => `k${at}: 1`).join('\n'),
  'open braces': '{'.repeat(3_000),
  'messages of messages': policy('true').replace('{self.name}', '{self.name}'.repeat(2_000)),
  'a merge of nothing': `${policy('true')}<<: *nothing\n`,
  'documents without end': '---\n'.repeat(5_000),
};

describe('garbage in a policy', () => {
  const page =
    '```yaml pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a }] }\n```\n';
  const place = folderWith({
    'kerb.yaml': 'policyFolders: [rules]\n',
    'rules/team/one.yaml': policy('true'),
    'rules/team/one.md': page,
  });
  const uri = uriOf(`${place.folder}/rules/team/one.yaml`);
  const other = uriOf(`${place.folder}/other.yaml`);
  let client: TestClient;
  let version = 1;
  before(async () => {
    client = await startClient({ folders: [place.folder] });
    client.open(other, 'yaml', pod, version);
    client.open(uri, 'yaml', policy('true'), version);
    await client.diagnostics(uri, version);
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  const textDocument = { uri };
  const position = { line: 6, character: 14 };
  const at = { textDocument, position };
  const options = { tabSize: 2, insertSpaces: true };
  const questions: readonly (readonly [method: string, params: object])[] = [
    ['textDocument/completion', at],
    ['textDocument/hover', at],
    ['textDocument/signatureHelp', at],
    ['textDocument/definition', at],
    ['textDocument/references', { ...at, context: { includeDeclaration: true } }],
    ['textDocument/prepareRename', at],
    ['textDocument/semanticTokens/full', { textDocument }],
    ['textDocument/formatting', { textDocument, options }],
    ['textDocument/foldingRange', { textDocument }],
    [
      'textDocument/codeAction',
      { textDocument, range: { start: position, end: position }, context: { diagnostics: [] } },
    ],
    ['kerb/cases', { uri }],
    ['kerb/coverage', { uri }],
    ['kerb/preview', { uri }],
  ];

  for (const [name, text] of Object.entries(garbage))
    test(`${name}: all is answered`, async () => {
      const before = await client.diagnostics(other, version);
      assert.ok(before.length > 0);
      client.change(uri, ++version, [{ text }]);
      await client.diagnostics(uri, version);
      await Promise.all(questions.map(([method, params]) => client.request(method, params)));
      client.change(other, version, [{ text: pod }]);
      assert.deepEqual(await client.diagnostics(other, version), before);
    });
});
