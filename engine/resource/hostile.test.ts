/** Texts that grow where they should not: lifting them takes about as long as reading them, and never throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from '../document/index.ts';
import { liftResources } from './index.ts';

const workflow = 'on: push\njobs:\n  a:\n    steps:\n    - run: ';

const texts: readonly (readonly [what: string, path: string, text: string])[] = [
  ['variables that double', 'Dockerfile', `FROM x\nENV A=aa\n${'ENV A=$A$A\n'.repeat(60)}`],
  ['heredocs never closed', 'Dockerfile', `FROM x\n${'RUN <<A\n'.repeat(10_000)}`],
  ['comments before all else', 'Dockerfile', `${'# A=b C=d\n'.repeat(100)}FROM x\n`],
  ['variables with long names', 'Dockerfile', `FROM x\n${`ENV A=\${${'A'.repeat(9_900)}\n`.repeat(400)}`],
  ['references never closed', '.npmrc', `a=${'${'.repeat(400_000)}`],
  ['expressions never closed', '.github/workflows/a.yml', `${workflow}x ${'${{'.repeat(300_000)}\n`],
  [
    'words never closed',
    '.github/workflows/a.yml',
    `${workflow}echo "a=$(echo${' '.repeat(400_000)}" >> $GITHUB_OUTPUT\n`,
  ],
  ['parameters', 'yarn.lock', `__metadata:\n  version: 8\n"a@1":\n  resolution: "a@npm:1${'::'.repeat(300_000)}"\n`],
  ['many stages', 'Dockerfile', 'FROM x AS a\n'.repeat(30_000)],
  ['one long line', 'Dockerfile', `FROM x\nENV ${'a=b '.repeat(100_000)}`],
  ['quotes', 'Dockerfile', `FROM x\nENV ${'"'.repeat(200_001)}`],
  ['flags', 'Dockerfile', `FROM x\nRUN ${'--a=b '.repeat(50_000)}x`],
  ['settings', '.npmrc', 'a=b\n'.repeat(100_000)],
  ['data never closed', '.github/workflows/a.yml', `${workflow}|\n${'        cat <<X\n'.repeat(4_000)}`],
  ['expressions', '.github/workflows/a.yml', `${workflow}${'${{ a }}'.repeat(20_000)}\n`],
  [
    'packages',
    'pnpm-lock.yaml',
    `packages:\n${Array.from({ length: 9_000 }, (_, at) => `  a@${at}:\n    dev: true\n`).join('')}`,
  ],
  ['long keys', 'yarn.lock', `a@1:\n  resolved a\n${'@a/'.repeat(100_000)}:\n  resolved ${'::a'.repeat(100_000)}`],
  ['slashes', 'pnpm-lock.yaml', `packages:\n  ${'a/'.repeat(100_000)}: {}`],
  ['nested lists', 'a.json', `${'{"kind":"List","apiVersion":"v1","items":['.repeat(90)}${']}'.repeat(90)}`],
];

for (const [what, path, text] of texts) {
  test(`lifting ${what}`, () => {
    const document = readDocument({ path, text }, { sha256: () => '', parseCode: () => null });
    assert.ok(liftResources(document).some(({ resources }) => resources.length > 0));
  });
}

const scripts: readonly (readonly [what: string, lines: readonly string[]])[] = [
  [
    'of variables that double',
    ['A=$B', ...Array.from({ length: 60 }, () => 'A=$A$A'), 'echo "a=$A" >> $GITHUB_OUTPUT'],
  ],
  [
    'by redirections without end',
    Array.from({ length: 60 }, () => `cat ${'>'.repeat(9_900)} x y <<X >> $GITHUB_OUTPUT\n        a=b\n        X`),
  ],
  [
    'of fields of the event without end',
    Array.from({ length: 60 }, () => `echo "a=$(jq .a${' '.repeat(9_900)}x)" >> $GITHUB_OUTPUT`),
  ],
];

for (const [what, lines] of scripts) {
  test(`what a step writes ${what}`, () => {
    const step = `on: issues\njobs:\n  a:\n    steps:\n    - id: s\n      run: |\n`;
    const text = `${step}${lines.map((line) => `        ${line}\n`).join('')}    - run: echo \${{ steps.s.outputs.a }}\n`;
    const document = readDocument(
      { path: '.github/workflows/a.yml', text },
      { sha256: () => '', parseCode: () => null },
    );
    const resources = liftResources(document).flatMap((lifted) => lifted.resources);
    const read = resources.flatMap(({ self }) => Object.values(self as object));
    assert.ok(read.length > resources.length);
  });
}
