/** `kerb hooks`: git's hooks, written and taken away. */
import process from 'node:process';
import { repositoryFrom } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, type Start, UsageError } from '../command.ts';
import { requireHome } from '../home.ts';
import { wordsForUnwritten } from '../hooks/folder.ts';
import { installGlobally, installHere, uninstallGlobally, uninstallHere } from '../hooks/install.ts';
import { partsOf } from '../hooks/parts.ts';
import { findHooks, type HookPlace, readHooksPaths, wordsForNoRepository } from '../hooks/place.ts';
import { statusOf } from '../hooks/status.ts';
import { print } from '../output.ts';
import { printable } from '../report/style.ts';

export const hooksCommand: Command = {
  usage: 'hooks install|uninstall|status',
  summary: "git's hooks, so that commits and pushes are judged",
  description: `install    let git ask Kerb before it commits and pushes; hooks that are there run after Kerb's
uninstall  take Kerb's hooks away, and put back what was there
status     which hooks ask Kerb, and what git would really run

In a linked work tree it works on the repository that this belongs to. \`kerb doctor\` looks deeper.
Exit code 1: \`status\` finds a hook that does not ask Kerb.`,
  options: { global: { help: 'for all your repositories, by core.hooksPath of your global git configuration' } },
  dashes: 'options',
  run,
};

async function run(given: Arguments, start: Start): Promise<ExitCode> {
  const [action = '', ...more] = given.words;
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (act === undefined || more.length > 0) throw new UsageError('say what to do: install, uninstall or status');
  const root = repositoryFrom(process.cwd(), process.env.GIT_DIR);
  if (root === null && !given.has('global'))
    throw new UsageError(`${wordsForNoRepository(process.cwd())}, or say --global`);
  const place = await findHooks(root ?? process.cwd());
  if (place.kind === 'failure' && !given.has('global')) throw new UsageError(place.message);
  try {
    return await act(place.kind === 'place' ? place : null, given, start);
  } catch (error) {
    throw wordsForUnwritten(error);
  }
}

type Act = (place: HookPlace | null, given: Arguments, start: Start) => Promise<ExitCode>;

const actions: Readonly<Record<string, Act>> = {
  async install(place, given, start) {
    const said =
      given.has('global') || place === null
        ? await installGlobally(await globalPaths(place), parts(start))
        : await installHere(place, parts(start));
    return tell(said);
  },
  async uninstall(place, given, start) {
    const said =
      given.has('global') || place === null
        ? await uninstallGlobally(await globalPaths(place), parts(start))
        : await uninstallHere(place);
    return tell(said.length === 0 ? ['no hook of Kerb is there'] : said);
  },
  async status(place) {
    if (place === null) throw new UsageError(wordsForNoRepository(process.cwd()));
    const { lines, isComplete } = statusOf(place);
    await tell(lines);
    return isComplete ? 0 : 1;
  },
};

async function tell(lines: readonly string[]): Promise<ExitCode> {
  await print(lines.map((line) => `${printable(line)}\n`).join(''));
  return 0;
}

function parts({ snapshot }: Start) {
  return partsOf(requireHome(), snapshot());
}

/** Outside of a repository too there is a global configuration. */
async function globalPaths(place: HookPlace | null): Promise<HookPlace['hooksPaths']> {
  return place?.hooksPaths ?? (await readHooksPaths(process.cwd()));
}
