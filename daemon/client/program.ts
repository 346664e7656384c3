/** What a daemon is started with: this program itself, and the home's log. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { UsageError } from '../command.ts';
import { type Home, makePrivateFolder } from '../home.ts';
import type { Address } from '../process/address.ts';
import { version } from '../version.ts';
import type { LaunchOptions } from './launch.ts';

/** How this very program starts a daemon. */
export function launchOptions(home: Home, address: Address): LaunchOptions {
  const program = { execPath: process.execPath, script: realpathSync(process.argv[1] ?? '') };
  return { address, logFile: logFileOf(home), program, version: version() };
}

export function logFileOf({ log }: Home): string {
  const problem = makePrivateFolder(log);
  if (problem !== null) throw new UsageError(problem.message);
  return path.join(log, 'daemon.log');
}
