/** Hooks in a folder: written, with what was there moved aside, and taken away, with that put back. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { UsageError } from '../command.ts';
import { hookMark } from './script.ts';

/** What a failed write of hooks comes to: words for whoever can mend it, and any other error as it is. */
export function wordsForUnwritten(error: unknown): unknown {
  const { code, path: file } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || !unwritten.includes(code)) return error;
  return new UsageError(`${file ?? 'the hooks'} cannot be written (${code}): mend that, and try again`, {
    cause: error,
  });
}

const unwritten = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP'];

/** What a hook's file is. */
export type HookFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'ours'; readonly text: string; readonly isExecutable: boolean }
  | { readonly kind: 'foreign'; readonly isExecutable: boolean };

const maxBytes = 1_000_000;

export function readHook(file: string): HookFile {
  // Where the folder is none, no hook is in it; installing says so.
  if (!existsSync(path.dirname(file)) || !statSync(path.dirname(file)).isDirectory()) return { kind: 'absent' };
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: 'absent' };
  const isExecutable = process.platform === 'win32' || (stat.mode & 0o111) !== 0;
  if (!stat.isFile() || stat.size > maxBytes) return { kind: 'foreign', isExecutable };
  const text = readFileSync(file, 'latin1');
  return isOurs(text)
    ? { kind: 'ours', text: readFileSync(file, 'utf8'), isExecutable }
    : { kind: 'foreign', isExecutable };
}

/** Whether Kerb wrote a hook, also where an editor or git has changed its line ends since. */
function isOurs(text: string): boolean {
  return (text.split('\n', 2)[1] ?? '').startsWith(hookMark);
}

/** Where the hook that was there before stands. */
export function asideOf(file: string): string {
  return `${file}.before-kerb`;
}

/** Where a hook waits that nobody needs yet: git starts a shell for each that bears its name. */
export function waitingOf(file: string): string {
  return `${file}.kerb`;
}

/** What Kerb has of a hook: the one that git runs, or where there is none, the one that waits. */
export function readOwnHook(file: string): HookFile {
  const hook = readHook(file);
  return hook.kind === 'absent' ? readHook(waitingOf(file)) : hook;
}

/** Lets git run a hook that waits. Where it waits no more, or another program's has its name, all stays as it is. */
export function wakeHook(file: string): void {
  if (readHook(file).kind !== 'absent' || readHook(waitingOf(file)).kind !== 'ours') return;
  renameSync(waitingOf(file), file);
}

/** Writes a hook in one step; another program's is moved aside first. Returns whether one was. */
export function placeHook(file: string, text: string): boolean {
  mkdirSync(path.dirname(file), { recursive: true });
  const isForeign = readHook(file).kind === 'foreign';
  if (isForeign) {
    const aside = asideOf(file);
    // A runner that writes its hook anew writes the same one most often.
    if (existsSync(aside) && !isSame(aside, file)) renameSync(aside, freeName(aside));
    renameSync(file, aside);
  }
  const made = `${file}.kerb-${process.pid}`;
  writeFileSync(made, text, { mode: 0o755 });
  // The umask may have taken the bit away.
  chmodSync(made, 0o755);
  renameSync(made, file);
  return isForeign;
}

export type Removal = 'removed' | 'restored' | 'absent' | 'foreign';

/** Takes a hook away and puts back what was there. Another program's hook is left alone. */
export function removeHook(file: string): Removal {
  const isWaiting = readHook(waitingOf(file)).kind === 'ours';
  if (isWaiting) rmSync(waitingOf(file));
  const { kind } = readHook(file);
  if (kind === 'foreign') return 'foreign';
  if (existsSync(asideOf(file))) {
    renameSync(asideOf(file), file);
    return 'restored';
  }
  rmSync(file, { force: true });
  return kind === 'ours' || isWaiting ? 'removed' : 'absent';
}

/** Takes away the copies of Kerb's hook that other programs made where they took its place: they would still be run. */
export function removeCopies(file: string): void {
  const [folder, name] = [path.dirname(file), path.basename(file)];
  if (!existsSync(folder)) return;
  for (const each of readdirSync(folder)) {
    const copy = path.join(folder, each);
    if (each.startsWith(`${name}.`) && readHook(copy).kind === 'ours') rmSync(copy);
  }
}

function isSame(one: string, other: string): boolean {
  const areFiles = [one, other].every((file) => lstatSync(file).isFile());
  return areFiles && readFileSync(one).equals(readFileSync(other));
}

function freeName(file: string): string {
  for (let count = 2; ; count++) {
    if (!existsSync(`${file}-${count}`)) return `${file}-${count}`;
  }
}
