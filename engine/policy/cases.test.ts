/** The case harness: what it accepts, what it refuses, and what it draws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { native, policyText } from '../../test/policySet.ts';
import { type CasesResult, readPolicies, runCases } from '../index.ts';

const policy = `
resource: kubernetes.container
require: "!self.image.endsWith(':latest')"
mark: image
message: "{self.name} has a moving tag"
fix: { title: Pin, safe: false, value: "marked.replace(':latest', ':1')" }
`;

function run(page: string, keys = policy): CasesResult {
  const { policies, problems } = readPolicies([{ path: 'test/rule.yaml', id: 'test/rule', text: policyText(keys) }]);
  assert.deepEqual(problems, []);
  return runCases({ policy: policies[0]!, page: { path: 'test/rule.md', text: page }, native });
}

const block = (content: string, info = 'yaml pod.yaml') => `\`\`\`${info}\n${content}\`\`\`\n`;
const pod = (image: string, drawing = '') =>
  `kind: Pod\napiVersion: v1\nspec:\n  containers:\n    - name: web\n      image: ${image}\n${drawing}`;
const drawn = '      #      ^^^^^^^^ web has a moving tag\n';

test('a finding that is drawn, and a block that is clean, pass', () => {
  const { cases, redrawn } = run(
    `# test/rule\n\nProse.\n\n${block(pod('x:latest', drawn))}\nMore.\n\n${block(pod('x:1'))}`,
  );
  assert.deepEqual(
    cases.map(({ outcome, findings, line }) => [outcome, findings, line]),
    [
      ['passed', 1, 5],
      ['passed', 0, 17],
    ],
  );
  assert.ok(redrawn.startsWith('# test/rule'));
});

const wrong: readonly (readonly [string, string, string])[] = [
  ['no drawing', '', '+       #      ^^^^^^^^ web has a moving tag'],
  ['another message', drawn.replace('web', 'side'), '-       #      ^^^^^^^^ side has a moving tag'],
  ['a mark too wide', drawn.replace('^ ', '^^ '), '-       #      ^^^^^^^^^ web has a moving tag'],
  ['a mark too far left', drawn.replace(' ^', '^'), '-       #     ^^^^^^^^ web has a moving tag'],
  ['one drawing too many', drawn + drawn, '-       #      ^^^^^^^^ web has a moving tag'],
];
for (const [name, drawing, line] of wrong) {
  test(`a block with ${name} fails, and is redrawn`, () => {
    const page = `Text.\n${block(pod('x:latest', drawing))}`;
    const { cases, redrawn } = run(page);
    assert.equal(cases[0]?.outcome, 'failed');
    assert.ok(cases[0]?.message.split('\n').includes(line), cases[0]?.message);
    assert.equal(redrawn, `Text.\n${block(pod('x:latest', drawn))}`);
    assert.equal(run(redrawn).cases[0]?.outcome, 'passed');
  });
}

test('a page that does not show both what is found and what is not has a fault', () => {
  assert.deepEqual(run(block(pod('x:latest', drawn)) + block(pod('x:1'))).faults, []);
  for (const [page, fault] of [
    [block(pod('x:latest', drawn)), /^no case is clean: /],
    [block(pod('x:1')), /^no case has a finding: /],
    ['# test/rule\n', /^there is no case: /],
  ] as const)
    assert.match(run(page).faults.join(), fault);
});

test('a policy that does not compile fails every case, and nothing is drawn over what is there', () => {
  const page = `${block(pod('x:latest', drawn))}${block(pod('x:1'))}${block('FROM x\n', 'dockerfile Dockerfile')}`;
  const { cases, broken, faults, redrawn } = run(page, policy.replace('self.image', 'self.imag'));
  assert.match(broken ?? '', /^the policy itself is broken: test\/rule\.yaml:\d+:\d+: Container has no field "imag"/);
  assert.deepEqual(
    cases.map(({ outcome, message }) => [outcome, message]),
    cases.map(() => ['failed', broken]),
  );
  assert.equal(redrawn, page);
  assert.deepEqual(faults, []);
});

test('blocks that name no file are no cases; a fence of more backticks and an indented one are read', () => {
  const page = `\`\`\`yaml\nimage: x:latest\n\`\`\`\n\n\`\`\`\`yaml pod.yaml\n${pod('x:1')}\`\`\`\`\n\n- item\n\n  ${block(pod('x:latest', drawn)).trimEnd().replaceAll('\n', '\n  ')}\n`;
  assert.deepEqual(
    run(page).cases.map(({ outcome, findings }) => [outcome, findings]),
    [
      ['passed', 0],
      ['passed', 1],
    ],
  );
});

test('a fixed block shows the text after the fix', () => {
  const page = block(pod('x:latest', drawn)) + block(pod('x:1'), 'yaml pod.yaml fixed');
  assert.deepEqual(
    run(page).cases.map(({ outcome }) => outcome),
    ['passed', 'passed'],
  );
  const wrongPage = block(pod('x:latest', drawn)) + block(pod('x:2'), 'yaml pod.yaml fixed');
  assert.deepEqual(
    run(wrongPage).cases.map(({ outcome }) => outcome),
    ['passed', 'failed'],
  );
  assert.equal(run(wrongPage).redrawn, page);
  assert.equal(run(block(pod('x:1'), 'yaml pod.yaml fixed')).cases[0]?.outcome, 'failed');
});

test('marks at the beginning of a line, below tabs, of one column, and in languages with other signs', () => {
  const word = 'resource: text\nsecret: { keywords: [evil], regex: "evil[0-9]*" }\nmessage: found';
  for (const [info, text, expected] of [
    ['text a.txt', 'evil one', '#<^^ found'],
    ['text a.txt', 'an evil', '#  ^^^^ found'],
    ['text a.txt', 'x evil', '# ^^^^ found'],
    ['go a.go', '\t\tx evil', '\t\t//^^^^ found'],
    ['go a.go', '\tevil', '\t//<^ found'],
    ['json a.json', '  "evil"', '// ^^^^ found'],
  ] as const) {
    const { redrawn, cases } = run(block(`${text}\n`, info), word);
    if (cases[0]?.outcome === 'passed') continue;
    assert.equal(redrawn, block(`${text}\n${expected}\n`, info));
    assert.equal(run(redrawn, word).cases[0]?.outcome, 'passed', redrawn);
  }
});

test('a separator keeps complete credentials out of the page', () => {
  const token =
    'resource: text\nsecret: { keywords: [ghp_], regex: "ghp_[A-Za-z0-9]{36}" }\nmessage: "a token {match.masked}"';
  const page = block('token: ghp_¦A1b2C3d4E5f6G7h8I9j0¦K1l2M3n4O5p6Q7r8\n', 'yaml a.yaml');
  const { redrawn, cases } = run(page, token);
  assert.equal(cases[0]?.findings, 1);
  assert.ok(redrawn.includes('ghp_¦A1b2C3d4E5f6G7h8I9j0¦K1l2M3n4O5p6Q7r8\n'));
  assert.equal(run(redrawn, token).cases[0]?.outcome, 'passed', redrawn);
});

test('what could not be read, and a rule that breaks, must be drawn too', () => {
  assert.equal(run(block('a: [1\n')).cases[0]?.outcome, 'failed');
  assert.match(run(block('a: [1\n')).redrawn, /problem: /);
  assert.match(
    run(block(pod('x'), 'yaml pod.yaml'), 'resource: kubernetes.container\nrequire: self.args[3] == ""').redrawn,
    /error: could not be judged/,
  );
});

test('hostile pages end', () => {
  for (const page of [
    '```'.repeat(50_000),
    '```yaml a.yaml\n'.repeat(2_000),
    block(`${'#'.repeat(100_000)}\n`),
    `${'# ^^^^\n'.repeat(10_000)}`,
  ]) {
    assert.doesNotThrow(() => run(page));
  }
});

test('a page with lines of Windows has the same cases, and is redrawn with such lines', () => {
  const page = `# test/rule\n\n${block(pod('x:latest'))}`;
  const { cases, redrawn } = run(page.replaceAll('\n', '\r\n'));
  assert.deepEqual(
    cases.map(({ outcome, line }) => [outcome, line]),
    [['failed', 3]],
  );
  assert.equal(redrawn, `# test/rule\n\n${block(pod('x:latest', drawn))}`.replaceAll('\n', '\r\n'));
  assert.equal(run(redrawn).cases[0]?.outcome, 'passed');
});

test('a fence of another style is one: its end does not begin a block, and the case behind it is judged', () => {
  for (const info of ['{.yaml}', 'yaml\t', 'c# ', '{ .yaml }']) {
    const { cases } = run(`${block(pod('x:latest'), info)}\n${block(pod('x:latest', drawn))}`);
    assert.equal(cases.at(-1)?.outcome, 'passed', info);
  }
});

const named = 'the file is named by its path alone: ```yaml deploy.yaml';
const more = 'behind the path of the file, which has no spaces, only `fixed` may stand';
const unknownFences: readonly (readonly [info: string, says: string])[] = [
  ['yaml pod.yaml fix', more],
  ['yaml pod.yaml Fixed', more],
  ['yaml pod.yaml fixed please', more],
  ['yaml my pod.yaml', more],
  ['yaml title="pod.yaml"', named],
  ['yaml file=pod.yaml', named],
  ['yaml {title: pod.yaml}', named],
  ['yaml pod.yaml\tfixed', 'a `fixed` block follows the block that it repairs'],
];
for (const [info, says] of unknownFences) {
  test(`a block that says \`${info}\` fails, and stays as it is`, () => {
    const page = block(pod('x:latest'), info);
    const { cases, redrawn } = run(page);
    assert.deepEqual([cases[0]?.outcome, cases[0]?.message], ['failed', says]);
    assert.ok(info.includes('\t') || redrawn === page);
  });
}
