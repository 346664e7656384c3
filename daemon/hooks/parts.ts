/** What the scripts of this installation are made of. */
import { accessSync, constants, realpathSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Home } from '../home.ts';
import { addressOf } from '../process/address.ts';
import { version } from '../version.ts';
import type { Parts } from './install.ts';

/** The runtime and program that run right now, and the tools that this machine has. */
export function partsOf(home: Home, snapshot: string | null): Parts {
  return {
    version: version(),
    home: home.folder,
    socket: addressOf({ folder: home.run }).socket,
    runtime: realpathSync(process.execPath),
    program: realpathSync(process.argv[1] ?? ''),
    snapshot,
    perl: findProgram('perl'),
    curl: findProgram('curl'),
  };
}

/** A program's absolute path: where the system keeps it, else where the PATH finds it. */
function findProgram(name: string): string | null {
  const folders = ['/usr/bin', '/bin', ...(process.env.PATH ?? '').split(path.delimiter)];
  const found = folders.filter(path.isAbsolute).find((folder) => isExecutable(path.join(folder, name)));
  return found === undefined ? null : path.join(found, name);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
