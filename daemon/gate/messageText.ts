/** What git keeps of a message that is being committed: `commit.cleanup` and the comment string of `git-config(1)`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { git, gitFolder } from '../../repository/index.ts';

/** How git cleans a message up. */
export interface Cleanup {
  /** `commit.cleanup`. What the command line says (`--cleanup`, `--verbose`) no hook is told. */
  readonly mode: string;
  /** What a comment begins with; `auto` lets git choose. */
  readonly comment: string;
  /** Whether a person has had the message in an editor: else git takes no comments out by itself. */
  readonly isEdited: boolean;
}

/** What the configuration says; asked of git each time, since a person may just have changed it. */
export async function readCleanup(root: string, edited: boolean): Promise<Cleanup> {
  const keys = '^(core\\.comment(char|string)|commit\\.cleanup)$';
  const answer = await git(root, ['config', '--null', '--get-regexp', keys]);
  // git fails where nothing is said.
  const said = answer.kind === 'output' ? answer.bytes.toString().split('\0') : [];
  const lastOf = (names: RegExp) => said.findLast((each) => names.test(each))?.replace(/^.*\n/, '') || null;
  // A rebase puts messages together with comments of its own, and has them taken out without an editor.
  const isRebase = existsSync(path.join(gitFolder(root) ?? root, 'rebase-merge'));
  return {
    mode: lastOf(/^commit\.cleanup\n/) ?? 'default',
    comment: lastOf(/^core\.comment(char|string)\n/) ?? '#',
    isEdited: edited || isRebase,
  };
}

/** The message without what git takes out: comments, and the difference below the scissors. */
export function keptText(message: string, { mode, comment, isEdited }: Cleanup): string {
  const begins = comment === 'auto' ? chosenIn(message) : comment;
  const above = isEdited && begins !== null ? aboveScissors(message, begins) : message;
  const isStripped = mode === 'strip' || (mode === 'default' && isEdited);
  if (!isStripped || begins === null) return above;
  return above
    .split(/(?<=\n)/)
    .filter((line) => !line.startsWith(begins))
    .join('');
}

/** Also where the mode is another one: `--verbose` has the difference there, and who removes a secret is not to be stopped. */
function aboveScissors(message: string, begins: string): string {
  const scissors = `${begins} ------------------------ >8 ------------------------\n`;
  if (message.startsWith(scissors)) return '';
  const at = message.indexOf(`\n${scissors}`);
  return at < 0 ? message : message.slice(0, at + 1);
}

/** git chooses one that no line began with before a person wrote, and its own comments stand at the end. */
function chosenIn(message: string): string | null {
  const last = message.trimEnd().split('\n').at(-1) ?? '';
  return '#;@!$%^&|:'.includes(last.charAt(0)) ? last.charAt(0) || null : null;
}
