/** Every format is what its readers take it for: SARIF by its schema, JUnit as XML, annotations by GitHub's rules. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import Ajv from 'ajv-draft-04';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { runKerb } from '../test/command.ts';
import { createWorkTree, type WorkTree } from '../test/workTree.ts';
import { styleFor } from './report/style.ts';

const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
/** Denied, warned of, suppressed, broken text, binary, and names that need escaping everywhere. */
const files: Readonly<Record<string, string | Buffer>> = {
  'a <b> & "c".yaml': pod('privileged: true'),
  'per%cent, colon: line\nfeed.yaml': pod('privileged: true'),
  'excepted.yaml': pod(
    `privileged: true # kerb: allow kubernetes/privileged until ${until} -- it's <needed> & "right"`,
  ),
  'broken.yaml': 'a: [1,\nb: }\n',
  'esc\u001b[31m.yaml': `${pod('privileged: true')}# \u001b[2J ::error::forged \u202e\n`,
  'image.png': Buffer.from('89504e470d0a1a0a0000', 'hex'),
};

function pod(line: string): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        ${line}
`;
}

function report(context: TestContext, format: string, tree: WorkTree = createWorkTree(context, files)): string {
  const ran = runKerb(['check', '--format', format], { cwd: tree.root });
  assert.equal(ran.status, 1, ran.stderr);
  assert.equal(ran.stderr, '');
  return ran.stdout;
}

test('SARIF is valid against the schema, and says what it should', (context) => {
  const sarif = report(context, 'sarif');
  const require = createRequire(import.meta.url);
  const schema = JSON.parse(
    readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  );
  const validate = new Ajv.default({ strict: false, logger: false, unicodeRegExp: false }).compile(schema);
  assert.ok(validate(JSON.parse(sarif)), JSON.stringify(validate.errors));
  const [run] = JSON.parse(sarif).runs;
  const results = run.results.filter((result: { ruleId: string }) => result.ruleId === 'kubernetes/privileged');
  assert.equal(results.length, 4);
  for (const result of results) {
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
    assert.match(result.partialFingerprints['kerb/v1'], /^[0-9a-f]{32}$/);
    const { region, contextRegion } = result.locations[0].physicalLocation;
    assert.deepEqual(region, { startLine: 9, startColumn: 21, endLine: 9, endColumn: 25 });
    assert.match(contextRegion.snippet.text, /privileged: true/);
    assert.ok(result.fixes[0].artifactChanges[0].replacements.length > 0);
  }
  const uris = results.map(
    (result: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
      result.locations[0]?.physicalLocation.artifactLocation.uri,
  );
  assert.ok(uris.includes('a%20%3Cb%3E%20%26%20%22c%22.yaml'));
  const suppressed = results.find((result: { suppressions: unknown[] }) => result.suppressions.length > 0);
  assert.deepEqual(suppressed.suppressions[0].kind, 'inSource');
  assert.ok(run.invocations[0].toolExecutionNotifications.length > 0);
});

test('JUnit is well-formed, and its counts are those of its cases', (context) => {
  const xml = report(context, 'junit');
  assert.equal(XMLValidator.validate(xml), true);
  const parsed = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  }).parse(xml);
  const count = (kind: string) => {
    const cases = parsed.testsuites.testsuite.flatMap(
      (suite: { testcase: Record<string, unknown>[] }) => suite.testcase,
    );
    return cases.filter((each: Record<string, unknown>) => kind in each).length;
  };
  assert.equal(Number(parsed.testsuites['@_failures']), count('failure'));
  assert.equal(Number(parsed.testsuites['@_errors']), count('error'));
  assert.equal(Number(parsed.testsuites['@_skipped']), count('skipped'));
  assert.equal(count('failure'), 3);
  assert.equal(count('skipped'), 1);
});

test('GitHub annotations are one line each, escaped as the runner reads them', (context) => {
  const lines = report(context, 'github').trimEnd().split('\n');
  const errors = lines.filter((line) => line.startsWith('::error ') && line.includes('privileged'));
  assert.equal(errors.length, 3);
  assert.ok(
    errors.some((line) =>
      line.includes('file=per%25cent%2C colon%3A line%0Afeed.yaml,line=9,endLine=9,col=21,endColumn=25,'),
    ),
  );
  assert.ok(lines.some((line) => line.includes('file=esc\uFFFD[31m.yaml,')));
  for (const line of lines) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/);
  for (const line of lines.slice(0, -1)) assert.match(line, /^::(error|warning|notice) [^\n]*::/);
  assert.match(lines.at(-1) ?? '', /^denied: 3 findings to resolve/);
});

test('text for people holds nothing that a terminal obeys', (context) => {
  const text = report(context, 'text');
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
  assert.match(text, /esc\uFFFD\[31m\.yaml/);
  assert.match(text, /^broken\.yaml|problem {2}broken\.yaml:/m);
  assert.match(text, /1 suppressed/);
});

test('of very many findings in a file the weightiest are shown, and how many more there are', (context) => {
  const manifest = `${Array.from({ length: 150 }, () => pod('privileged: false')).join('---\n')}---\n${pod('privileged: true')}`;
  const text = report(context, 'text', createWorkTree(context, { 'many.yaml': manifest }));
  const shown = text.match(/ {2}line \d+:\d+/g) ?? [];
  assert.equal(shown.length, 100);
  assert.match(text, /critical {2}kubernetes\/privileged/);
  const more = Number(/… and (\d+) more in many\.yaml: --format json has them all/.exec(text)?.[1]);
  const { findings } = JSON.parse(report(context, 'json', createWorkTree(context, { 'many.yaml': manifest })));
  assert.equal(findings.length, 100 + more);
});

test('in the log of a workflow no text for people is a command', (context) => {
  const tree = createWorkTree(context, {
    '::set-output name=a::b.yaml': pod('privileged: true'),
    'pod.yaml': `${pod('privileged: true')}# ##[add-path]/tmp\n`,
  });
  const { stdout } = runKerb(['check'], { cwd: tree.root, env: { GITHUB_ACTIONS: 'true' } });
  assert.match(stdout, /set-output name=a/);
  assert.doesNotMatch(stdout, /^\s*::|##\[/m);
});

test('a mark stands under its text, with wide characters and tabs before it', (context) => {
  const line = '{ "名前": "x", "securityContext": { "privileged": true }, "name": "web" }';
  const text = `{\n"kind": "Pod", "apiVersion": "v1", "metadata": {},\n"spec": { "containers": [\n\t${line}\n] } }\n`;
  const tree = createWorkTree(context, { 'pod.json': text });
  const shown = report(context, 'text', tree).split('\n');
  const at = shown.findIndex(
    (each, index) =>
      each.includes('"privileged": true') &&
      /\^/.test(shown[index + 1] ?? '') &&
      shown[index - 1] !== undefined &&
      shown.slice(0, index).some((other) => other.includes('kubernetes/privileged')),
  );
  const [before = ''] = (shown[at] ?? '').split('true');
  const columns = [...before].reduce((sum, character) => sum + (/[\u4e00-\u9fff]/.test(character) ? 2 : 1), 0);
  const marks = shown
    .slice(at + 1)
    .filter((each) => /^\s*│\s*\^+$/.test(each))
    .map((each) => each.indexOf('^'));
  assert.ok(marks.includes(columns), `${columns} in ${marks.join()}`);
});

const colours: readonly [Record<string, string>, boolean, boolean][] = [
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  [{ TERM: 'dumb' }, true, false],
];
for (const [environment, isTTY, expected] of colours) {
  test(`colour with ${JSON.stringify(environment)} ${isTTY ? 'on a terminal' : 'in a pipe'}: ${expected}`, () => {
    assert.equal(styleFor({ isTTY }, environment).red('x') !== 'x', expected);
  });
}
