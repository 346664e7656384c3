/** What a daemon is started with: this program itself, and the home's log. */
import { realpathSync } from 'node:fs';
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

export function logFileOf({ log }: Home): string {
  const problem = makePrivateFolder(log);
  if (problem !== null) throw new UsageError(problem.message);
  return path.join(log, 'daemon.log');
}
