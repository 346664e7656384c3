/**
 * Where the daemon of a home listens. It follows from the home alone, and not from variables such as XDG_RUNTIME_DIR: a hook
 * that a GUI started in an empty environment has to find the daemon that a terminal started.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import process from 'node:process';
import { daemonProtocolVersion } from '../protocol.ts';

/** Paths of one daemon: one for each user, home and protocol version. */
export interface Address {
  /** 0700, and holds all the others but a named pipe, which is in no folder. */
  readonly folder: string;
  /** What is listened on: a unix socket, or a named pipe on Windows. */
  readonly socket: string;
  /** Locked while a daemon lives. */
  readonly lock: string;
}

/** What of a home the address depends on. */
export interface AddressOptions {
  /** Absolute: the folder that the home sets aside for running processes. */
  readonly folder: string;
  readonly platform?: NodeJS.Platform;
  readonly protocol?: number;
  readonly uid?: number;
}

/** The longest path of a unix socket: `sun_path` without its NUL, 108 bytes on Linux, 104 on macOS and the BSDs. */
export function maxSocketBytes(platform: NodeJS.Platform): number {
  return platform === 'linux' ? 107 : 103;
}

/** The address. Where the path in the home is too long for a socket, a folder of its own in /tmp takes its place. */
export function addressOf(options: AddressOptions): Address {
  const { folder, platform = process.platform, protocol = daemonProtocolVersion } = options;
  const name = `kerb-v${protocol}`;
  if (platform === 'win32') {
    const lock = path.win32.join(folder, `${name}.lock`);
    return { folder, lock, socket: `\\\\.\\pipe\\${name}-${shortHash(folder.toLowerCase())}` };
  }
  const inHome = path.posix.join(folder, `${name}.sock`);
  if (Buffer.byteLength(inHome) <= maxSocketBytes(platform))
    return { folder, socket: inHome, lock: path.posix.join(folder, `${name}.lock`) };
  const uid = options.uid ?? process.getuid?.() ?? 0;
  // Not os.tmpdir(): TMPDIR differs from one environment to the next.
  return addressOf({ ...options, folder: `/tmp/kerb-${uid}-${shortHash(folder)}` });
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
