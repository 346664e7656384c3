// docs/authoring.md and docs/rego.md are run: their files are written, their commands executed, and what they print and make is
// compared. With UPDATE=1 they are written anew.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { runKerb } from './command.ts';
import { createWorkTree } from './workTree.ts';

const docs = path.resolve(import.meta.dirname, '../docs');
/** What OPA made of the page's Rego, which is there before it is followed: see rego.test.ts. */
const bundle = path.resolve(import.meta.dirname, 'fixtures/rego/replicas.tar.gz');

for (const { page, given } of [
  { page: 'authoring.md', given: [] },
  { page: 'rego.md', given: [bundle] },
]) {
  test(`docs/${page} is so`, (context) => {
    const { root } = createWorkTree(context);
    for (const file of given) copyFileSync(file, path.join(root, path.basename(file)));
    const text = readFileSync(path.join(docs, page), 'utf8');
    const followed = followedIn(root, text);
    if (process.env.UPDATE === '1') writeFileSync(path.join(docs, page), followed);
    else assert.equal(followed, text);
  });
}

/** Follows a page in a folder; answers the page as it should be. */
function followedIn(folder: string, text: string): string {
  return text.replace(
    /^(`{3,})(\w+)((?: is)?) ?(\S*)\n([\s\S]*?)^\1$/gm,
    (whole, fence: string, language: string, is: string, name: string, content: string) => {
      const block = (inner: string) => `${fence}${language}${is}${name === '' ? '' : ` ${name}`}\n${inner}${fence}`;
      if (language === 'console') return block(executed(folder, content));
      if (is !== '') return block(readFileSync(path.join(folder, name), 'utf8'));
      if (name === '') return whole;
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
      return whole;
    },
  );
}

/** Each command with what it printed. */
function executed(folder: string, content: string): string {
  const commands = content.split('\n').filter((line) => line.startsWith('$ '));
  assert.ok(commands.length > 0, content);
  return commands
    .map((command) => {
      const [, update, words = ''] = /^\$ (UPDATE=1 )?kerb (.*)$/.exec(command) ?? [];
      assert.notEqual(words, '', command);
      const env = update === undefined ? {} : { UPDATE: '1' };
      const { stdout, stderr } = runKerb(words.split(' '), { cwd: folder, env });
      const said = `${stdout}${stderr}`.replaceAll(folder, '.').replace(/\bin \d+(?:\.\d+)? m?s\b/g, 'in 20 ms');
      return `${command}\n${said}${said === '' || said.endsWith('\n') ? '' : '\n'}`;
    })
    .join('');
}
