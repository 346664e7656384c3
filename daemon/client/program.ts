/** What a daemon is started with: this program itself, and the home's log. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { UsageError } from '../command.ts';
import { type Home, makePrivateFolder } from '../home.ts';
import type { Address } from '../process/address.ts';
import { version } from '../version.ts';
import type { LaunchOptions, Program } from './launch.ts';

/** How this very program starts a daemon. */
export function launchOptions(home: Home, address: Address): LaunchOptions {
  return { address, logFile: logFileOf(home), program: ownProgram(), version: version() };
}

/** What runs here, to be run again. */
export function ownProgram(): Program {
  return { execPath: process.execPath, script: realpathSync(process.argv[1] ?? '') };
}

/** The log's file. Throws `UsageError` where no daemon could write to it. */
export function logFileOf({ log }: Home): string {
  const problem = makePrivateFolder(log);
  if (problem !== null) throw new UsageError(problem.message);
  const file = path.join(log, 'daemon.log');
  if (!mayWrite(file, log))
    throw new UsageError(
      `${file} cannot be written, and a daemon needs it: mend that, or let KERB_HOME name a folder that you may write to`,
    );
  return file;
}

function mayWrite(file: string, folder: string): boolean {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    accessSync(stat === undefined ? folder : file, constants.W_OK);
    return stat === undefined || stat.isFile();
  } catch {
    return false;
  }
}
