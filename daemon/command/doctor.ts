/** `kerb doctor`: what keeps git from asking Kerb. */
import process from 'node:process';
import { repositoryFrom } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, type Start, UsageError } from '../command.ts';
import { requireHome } from '../home.ts';
import { diagnose } from '../hooks/diagnose.ts';
import { wordsForUnwritten } from '../hooks/folder.ts';
import { installHere } from '../hooks/install.ts';
import { partsOf } from '../hooks/parts.ts';
import { findHooks, wordsForNoRepository } from '../hooks/place.ts';
import { print } from '../output.ts';
import { printable } from '../report/style.ts';

export const doctorCommand: Command = {
  usage: 'doctor',
  summary: 'what keeps git from asking Kerb, and how to mend it',
  description: `Looks at the hooks of this repository as git would run them: what shadows them (core.hooksPath), a missing run bit,
line ends, a runtime that is gone or does not run, a program that is gone, another socket, a folder that is another user's.
Exit code 1: something is wrong, and was not mended.`,
  options: { fix: { help: 'mend what installing again mends' } },
  dashes: 'options',
  run,
};

async function run(given: Arguments, { snapshot }: Start): Promise<ExitCode> {
  if (given.words.length > 0) throw new UsageError('kerb doctor takes no words');
  const root = repositoryFrom(process.cwd(), process.env.GIT_DIR);
  if (root === null) throw new UsageError(wordsForNoRepository(process.cwd()));
  const place = await findHooks(root);
  if (place.kind === 'failure') throw new UsageError(place.message);
  const home = requireHome();
  const parts = partsOf(home, snapshot());
  let found = diagnose(place, parts);
  if (given.has('fix') && found.some(({ mend }) => mend === 'install')) {
    const said = await installHere(place, parts).catch((error: unknown) => {
      throw wordsForUnwritten(error);
    });
    await print(said.map((line) => `${printable(line)}\n`).join(''));
    const again = await findHooks(root);
    if (again.kind === 'failure') throw new UsageError(again.message);
    found = diagnose(again, parts);
  }
  await print(found.map(({ message }) => `${printable(message)}\n`).join(''));
  if (found.length === 0) await print('git asks Kerb before it commits and pushes\n');
  else if (found.some(({ mend }) => mend === 'install')) await print('`kerb doctor --fix` mends this\n');
  return found.length === 0 ? 0 : 1;
}
