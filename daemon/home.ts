/** Where Kerb keeps what belongs to a user, and whether that place can be trusted. */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { UsageError } from './command.ts';

/** Folders and files of one user. Whatever is below `folder` is the user's alone: 0700, files 0600. */
export interface Home {
  readonly kind: 'home';
  readonly folder: string;
  /** The folder of the SQLite file: it moves as a whole when it has to be set aside. */
  readonly store: string;
  /** The device key, where the system keeps none. */
  readonly keys: string;
  /** Which hub this device belongs to, and what it trusts of it. */
  readonly hub: string;
  /** There where the device belongs to a hub. */
  readonly enrolment: string;
  readonly log: string;
  /** What can be fetched again. */
  readonly cache: string;
  /** The socket and the lock of the daemon that runs. */
  readonly run: string;
}

/** Why there is no home, and what to do. */
export interface HomeProblem {
  readonly kind: 'problem';
  readonly message: string;
}

export interface HomeOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/**
 * The home of this user, made where there is none. A folder that is somebody else's, or that others may write to, is
 * refused: what lies in it could have been put there by them.
 */
export function openHome({ env = process.env, platform = process.platform }: HomeOptions = {}): Home | HomeProblem {
  const folder = homeFolder(env, platform);
  if (!path.isAbsolute(folder)) return problem(`KERB_HOME is ${JSON.stringify(folder)}: give it an absolute path`);
  const refused = makePrivateFolder(folder);
  if (refused !== null) return refused;
  const below = (name: string) => path.join(folder, name);
  return {
    kind: 'home',
    folder,
    store: below('store'),
    keys: below('keys'),
    hub: below('hub'),
    enrolment: path.join(below('hub'), 'enrolment.json'),
    log: below('log'),
    cache: below('cache'),
    run: below('run'),
  };
}

/** The same for who can do nothing without one. Throws `UsageError`. */
export function requireHome(): Home {
  const home = openHome();
  if (home.kind === 'problem') throw new UsageError(home.message);
  return home;
}

/** Where the home is, without a look at the disk. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env.KERB_HOME) return env.KERB_HOME;
  const user = path.isAbsolute(homedir()) ? homedir() : userInfo().homedir;
  if (platform === 'win32') return path.join(env.LOCALAPPDATA || path.join(user, 'AppData', 'Local'), 'Kerb');
  if (platform === 'darwin') return path.join(user, 'Library', 'Application Support', 'Kerb');
  // The XDG specification: a relative path is to be ignored.
  const state = env.XDG_STATE_HOME ?? '';
  return path.join(path.isAbsolute(state) ? state : path.join(user, '.local', 'state'), 'kerb');
}

/** Makes a folder that only this user can enter, or says why the one that is there cannot be trusted. */
export function makePrivateFolder(folder: string): HomeProblem | null {
  try {
    const unmade = make(folder);
    if (unmade !== null) return unmade;
    const stat = statSync(folder);
    // Windows has no such bits: a folder below the user's profile is the user's by its inherited list.
    if (process.getuid === undefined) return null;
    if (stat.uid !== process.getuid())
      return problem(
        `${folder} belongs to another user (uid ${stat.uid}, this is ${process.getuid()}): remove it, or let KERB_HOME name a folder of yours`,
      );
    if ((stat.mode & 0o022) !== 0)
      return problem(
        `${folder} can be written by others, so what lies in it proves nothing: chmod go-rwx it if you trust its content, or remove it`,
      );
    if ((stat.mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
    return null;
  } catch (error) {
    return problem(`${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Node's own words for a disk that cannot be written are that the folder is not there. */
function make(folder: string): HomeProblem | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file is in its way' : 'nothing can be written there';
    return problem(
      `${folder} cannot be made: ${why} (${code}). Mend that, or let KERB_HOME name a folder that you may write to`,
    );
  }
}

function problem(message: string): HomeProblem {
  return { kind: 'problem', message };
}
