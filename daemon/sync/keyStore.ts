/** Where the device key lies: the system's key store where one can be used without a further package, else a 0600 file. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Home } from '../home.ts';
import { writePrivateFile } from './privateFile.ts';

export interface KeyStore {
  readonly name: 'file' | 'secretService' | 'keychain';
  /** For people: where the key is. */
  readonly place: string;
  write(id: string, secret: string): boolean;
  read(id: string): string | null;
}

/** The stores of this machine, the best first; the file is always the last. */
export function keyStores(home: Home): readonly KeyStore[] {
  const own = process.platform === 'darwin' ? [keychain] : process.platform === 'linux' ? [secretService()] : [];
  return [...own.filter(({ program }) => existsSync(program)), fileStore(home)];
}

export function keyStoreNamed(home: Home, name: KeyStore['name']): KeyStore | null {
  return keyStores(home).find((store) => store.name === name) ?? null;
}

export function fileStore(home: Home): KeyStore {
  const fileOf = (id: string): string => path.join(home.keys, `${id}.jwk`);
  return {
    name: 'file',
    place: `a file below ${home.keys} that only you can read`,
    write(id, secret) {
      writePrivateFile(fileOf(id), secret);
      return true;
    },
    read(id) {
      const file = fileOf(id);
      if (!existsSync(file)) return null;
      const { mode, uid } = statSync(file);
      const isOpen = process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o077) !== 0);
      return isOpen ? null : readFileSync(file, 'utf8');
    },
  };
}

/** A key store that is asked by its own program, at the path where the system has it: PATH is not to be trusted with it. */
interface ProgramStore extends KeyStore {
  readonly program: string;
}

const withinMs = 5_000;

/** The Secret Service of GNOME, KDE and others, through libsecret's tool. The secret goes through stdin. */
function secretService(): ProgramStore {
  const program = '/usr/bin/secret-tool';
  const bus = process.env.DBUS_SESSION_BUS_ADDRESS ?? `unix:path=/run/user/${process.getuid?.() ?? 0}/bus`;
  const ask = (args: readonly string[], input: string): string | null => {
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: bus };
    const { status, stdout } = spawnSync(program, args, { input, env, encoding: 'utf8', timeout: withinMs });
    return status === 0 ? stdout : null;
  };
  return {
    name: 'secretService',
    place: "the desktop's key ring",
    program,
    write: (id, secret) => ask(['store', '--label=Kerb device key', 'service', 'kerb', 'key', id], secret) !== null,
    read: (id) => ask(['lookup', 'service', 'kerb', 'key', id], ''),
  };
}

/** The login keychain of macOS. Commands go through stdin, so that the secret is in no process list. */
const keychain: ProgramStore = {
  name: 'keychain',
  place: 'the login keychain',
  program: '/usr/bin/security',
  write(id, secret) {
    const hex = Buffer.from(secret).toString('hex');
    const input = `add-generic-password -U -s kerb -a ${id} -l "Kerb device key" -w ${hex}\n`;
    return spawnSync(keychain.program, ['-i'], { input, encoding: 'utf8', timeout: withinMs }).status === 0;
  },
  read(id) {
    const args = ['find-generic-password', '-s', 'kerb', '-a', id, '-w'];
    const { status, stdout } = spawnSync(keychain.program, args, { encoding: 'utf8', timeout: withinMs });
    return status === 0 ? Buffer.from(stdout.trim(), 'hex').toString() : null;
  },
};
