/** The folder of a socket is ours alone, or nothing in it is trusted: no other user may read, squat or swap what is in it. */
import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import process from 'node:process';
import type { Address } from './address.ts';

/** What a path is to us. `foreign` says what is wrong and what to do about it. */
export type Standing =
  | { readonly kind: 'ours' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'foreign'; readonly reason: string };

/** Makes the folder where it is missing, and closes it to others. Answers why it cannot be used, or null. */
export function makeOwnFolder(folder: string): string | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (process.platform === 'win32') return null;
    const standing = standingOf(folder, (stat) => stat.isDirectory());
    if (standing.kind === 'foreign') return standing.reason;
    // Our own, but more open than it should be: an earlier umask, a backup that was played back.
    if ((lstatSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return null;
  } catch (error) {
    return `${folder} cannot be used: ${(error as Error).message}`;
  }
}

/**
 * Whether what listens at an address can only be this user's. A named pipe has no owner that Node shows. Who connects is
 * not asked: whoever can reach a 0600 socket in a 0700 folder is this user, or root.
 */
export function standingOfSocket({ folder, socket }: Address): Standing {
  if (process.platform === 'win32') return { kind: 'ours' };
  const outer = standingOf(folder, (stat) => stat.isDirectory());
  return outer.kind === 'ours' ? privacyOf(folder) : outer;

  function privacyOf(file: string): Standing {
    const { mode } = lstatSync(file);
    if ((mode & 0o077) !== 0)
      return foreign(`${file} is open to other users (mode ${(mode & 0o777).toString(8)}): chmod 700 it`);
    return standingOf(socket, (stat) => stat.isSocket());
  }
}

/** Links are not followed: a link of another user's may lead anywhere by the time it is used. */
function standingOf(file: string, isRightKind: (stat: Stats) => boolean): Standing {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: 'absent' };
  const uid = process.getuid?.();
  if (stat.uid !== uid)
    return foreign(
      `${file} belongs to another user (uid ${stat.uid}): remove it, or let KERB_HOME name another folder`,
    );
  return isRightKind(stat) ? { kind: 'ours' } : foreign(`${file} is something else than it should be: remove it`);
}

function foreign(reason: string): Standing {
  return { kind: 'foreign', reason };
}
