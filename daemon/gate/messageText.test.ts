/** What is judged of a message is what git keeps of it, by git's own word. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { createRepository } from '../../test/workTree.ts';
import { keptText, readCleanup } from './messageText.ts';

const scissors = '------------------------ >8 ------------------------';
const message = `subject

#123 is fixed
;secret
text
# ${scissors}
below
; ${scissors}
further below
`;

/** A configuration each; null: nothing is said. */
const configurations: readonly (readonly [key: string, value: string] | null)[] = [
  null,
  ['core.commentChar', ';'],
  ['core.commentString', ';'],
  ['core.commentString', '#1'],
  ['commit.cleanup', 'strip'],
  ['commit.cleanup', 'whitespace'],
  ['commit.cleanup', 'verbatim'],
  ['commit.cleanup', 'scissors'],
];

const [, major = 0, minor = 0] =
  /(\d+)\.(\d+)/.exec(execFileSync('git', ['--version'], { encoding: 'utf8' }))?.map(Number) ?? [];
const knowsStrings = major > 2 || (major === 2 && minor >= 45);

for (const configuration of configurations) {
  for (const isEdited of [true, false]) {
    test(`${configuration?.join('=') ?? 'nothing said'}, ${isEdited ? 'in an editor' : 'without one'}`, {
      skip: configuration?.[0] === 'core.commentString' && !knowsStrings ? 'this git knows characters alone' : false,
    }, async (context) => {
      const { root, git } = createRepository(context, { 'a.yaml': 'a: 1\n' });
      if (configuration !== null) git('config', ...configuration);
      const file = path.join(root, '.git', 'said');
      writeFileSync(file, message);
      const hook = path.join(root, '.git', 'hooks', 'commit-msg');
      writeFileSync(
        hook,
        '#!/bin/sh\n[ "${GIT_EDITOR-}" = : ] && echo no >.git/edited || echo yes >.git/edited\ncp "$1" .git/given\n',
        {
          mode: 0o755,
        },
      );
      execFileSync(
        'git',
        [
          '-c',
          'user.name=A',
          '-c',
          'user.email=a@b.c',
          'commit',
          '-q',
          '--allow-empty',
          ...(isEdited ? ['-e'] : []),
          '-F',
          file,
        ],
        {
          cwd: root,
          env: { PATH: process.env.PATH, HOME: root, ...(isEdited ? { GIT_EDITOR: 'true' } : {}) },
        },
      );
      const read = (name: string) => execFileSync('cat', [path.join(root, '.git', name)], { encoding: 'utf8' });
      assert.equal(read('edited').trim(), isEdited ? 'yes' : 'no');
      const kept = keptText(read('given'), await readCleanup(root, isEdited));
      const isCut = isEdited && configuration?.[0] === 'commit.cleanup' && configuration[1] !== 'scissors';
      const own = git('log', '-1', '--format=%B').trimEnd();
      // Nobody is told of --verbose, so that what may be the difference is left out in an editor.
      if (isEdited) assert.ok(own.startsWith(kept.trimEnd().replace(/\n{3,}/g, '\n\n')), `${kept}\n---\n${own}`);
      else assert.equal(kept.trimEnd(), own);
      if (isCut) assert.doesNotMatch(kept, /below/);
    });
  }
}

test('a character that git chooses is known by its own comments at the end', () => {
  const auto = { mode: 'default', comment: 'auto', isEdited: true };
  assert.equal(keptText('subject\n#123\n\n; Please enter\n; On branch main\n', auto), 'subject\n#123\n\n');
  assert.equal(keptText('subject\n#123\ntext\n', auto), 'subject\n#123\ntext\n');
  assert.equal(keptText('', auto), '');
});

test('a rebase puts messages together with comments, which no editor has seen', () => {
  assert.equal(keptText('# This is a combination\none\n', { mode: 'default', comment: '#', isEdited: true }), 'one\n');
});
