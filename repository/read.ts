/** Files of the work tree as texts to judge, bounded and never blocking. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { SourceFile } from '../engine/index.ts';
import { isInside } from './root.ts';
import { decodeText, type Encoding } from './text.ts';

/** A larger text is reported and not judged: 10 MiB. */
export const maxFileBytes = 10 * 1024 * 1024;

/** A file as a text, or why there is none. `path` is relative to the root, with `/`. */
export type Reading =
  | { readonly kind: 'text'; readonly path: string; readonly file: SourceFile; readonly encoding: Encoding }
  /** Nothing that Kerb judges: binary, or gone since it was listed. */
  | { readonly kind: 'skipped'; readonly path: string; readonly reason: 'binary' | 'gone' }
  /** It should have been judged and could not be: no verdict is possible. */
  | { readonly kind: 'problem'; readonly path: string; readonly message: string };

/**
 * A file that governs: null only where there is nothing of that name. A folder, a link that leads nowhere or a binary in
 * its place is a problem, since without it other rules would hold.
 */
export function readGoverningText(root: string, file: string): Exclude<Reading, { kind: 'skipped' }> | null {
  try {
    if (lstatSync(path.join(root, file), { throwIfNoEntry: false }) === undefined) return null;
  } catch (error) {
    return { kind: 'problem', path: file, message: reasonOf(error, file) };
  }
  const reading = readWorkFile(root, file);
  if (reading.kind !== 'skipped') return reading;
  return problem(
    file,
    reading.reason === 'binary' ? 'is binary, and no text' : 'is a symbolic link that leads nowhere',
  );
}

/** Reads one file of the work tree. Follows the last symbolic link: only a file that somebody named is one. */
export function readWorkFile(root: string, file: string): Reading {
  let handle: number | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer for ever.
    handle = openSync(path.join(root, file), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(handle);
    if (!stat.isFile()) return problem(file, 'is not a regular file');
    if (stat.size > maxFileBytes) return readingOfLarge(file, beginningOfFile(handle), stat.size);
    return readingOf(file, readAll(handle, stat.size));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A name that is not UTF-8 cannot be opened by the text that stands for it, and is not gone.
    if (code === 'ENOENT' && !file.includes('\uFFFD')) return { kind: 'skipped', path: file, reason: 'gone' };
    return problem(file, reasonOf(error, file));
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** A file's bytes; null where there is no such file, it is no file, or it is larger than that. */
export function readIfBounded(file: string, maxBytes: number): Buffer | null {
  let handle: number | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer for ever.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(handle);
    return stat.isFile() && stat.size <= maxBytes ? readAll(handle, stat.size) : null;
  } catch {
    return null;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** The text in these bytes, as the file of that path. */
export function readingOf(file: string, bytes: Buffer): Reading {
  if (bytes.length > maxFileBytes) return problem(file, tooLarge(bytes.length));
  const decoded = decodeText(bytes);
  if (decoded.kind === 'text') {
    return { kind: 'text', path: file, file: { path: file, text: decoded.text }, encoding: decoded.encoding };
  }
  if (decoded.kind === 'problem') return problem(file, decoded.message);
  return isAlwaysText(file)
    ? problem(file, 'holds a NUL character')
    : { kind: 'skipped', path: file, reason: 'binary' };
}

/** What a file beyond the limit is, by its first bytes: nothing to judge, or a text that should have been. */
export function readingOfLarge(file: string, beginning: Buffer, sizeBytes: number): Reading {
  const isBinary = decodeText(beginning).kind === 'binary' && !isAlwaysText(file);
  return isBinary ? { kind: 'skipped', path: file, reason: 'binary' } : problem(file, tooLarge(sizeBytes));
}

/** The files that policies and their cases are in. */
export const policyEndings = /\.(ya?ml|md)$/;
const maxPolicyFiles = 5_000;

/**
 * The text of a file, or the texts of all YAML and Markdown files of a folder, by path relative to the root; none where
 * the path does not exist.
 */
export function readFolderTexts(
  root: string,
  name: string,
): {
  readonly texts: ReadonlyMap<string, string>;
  readonly unreadable: readonly { readonly path: string; readonly message: string }[];
} {
  const texts = new Map<string, string>();
  const unreadable: { path: string; message: string }[] = [];
  const files = filesAt(root, name, unreadable);
  if (files.length > maxPolicyFiles) {
    const message = `holds ${files.length} YAML and Markdown files, more than the ${maxPolicyFiles} that are read: name a folder of policies alone`;
    return { texts, unreadable: [{ path: name, message }] };
  }
  for (const file of files) {
    const reading = readWorkFile(root, file);
    if (reading.kind === 'text') texts.set(file, reading.file.text);
    if (reading.kind === 'problem') unreadable.push(reading);
  }
  return { texts, unreadable };
}

function filesAt(root: string, name: string, unreadable: { path: string; message: string }[]): string[] {
  const absolute = path.join(root, name);
  try {
    if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) return [name];
    if (!isInside(realpathSync(absolute), realpathSync(root))) {
      unreadable.push({ path: name, message: 'is a link that leads out of the repository' });
      return [];
    }
    return [...filesBelow(absolute)]
      .filter((file) => policyEndings.test(file))
      .map((file) => (name === '' ? file : `${name}/${file}`))
      .sort();
  } catch (error) {
    unreadable.push({ path: name, message: reasonOf(error, name) });
    return [];
  }
}

/** Folders of a work tree that hold nothing of it. */
export const neverEntered: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Paths relative to a folder, with `/`. Links to folders are not followed: Node's own walk goes round and round in them. */
function* filesBelow(folder: string, prefix = ''): Generator<string> {
  for (const entry of readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    if (!entry.isDirectory()) yield `${prefix}${entry.name}`;
    else if (!neverEntered.has(entry.name)) yield* filesBelow(folder, `${prefix}${entry.name}/`);
  }
}

/** The words for a text beyond the limit. */
function tooLarge(bytes: number): string {
  return `is ${(bytes / 1024 / 1024).toFixed(1)} MiB large, more than the ${maxFileBytes / 1024 / 1024} MiB that are judged; exclude it by \`ignore\` in kerb.yaml if it needs no verdict`;
}

/** What went wrong with a file, in words and without its path: the caller names the file. */
export function reasonOf(error: unknown, file: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && file.includes('\uFFFD'))
    return 'has a name that is not UTF-8, so it cannot be judged: rename it';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read: permission denied';
  if (code === 'ELOOP') return 'is a symbolic link that leads back to itself';
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'ENXIO' || code === 'ENODEV') return 'is not a regular file';
  if (code === 'ENAMETOOLONG') return 'has too long a name';
  return `could not be read: ${code ?? message}`;
}

/** Names whose files some tool reads as text in any case, so that a NUL in one hides something. */
function isAlwaysText(file: string): boolean {
  const name = path.posix.basename(file);
  return (
    /\.(ya?ml|json|jsonc|env|npmrc|sh|py|go|js|mjs|cjs|tsx?|dockerfile)$/i.test(name) ||
    /^(Docker|Container)file/i.test(name)
  );
}

function beginningOfFile(handle: number): Buffer {
  const start = Buffer.alloc(8192);
  return start.subarray(0, readSync(handle, start, 0, start.length, 0));
}

/** The file may grow or shrink while it is read: never more than its size was, never bytes that are not there. */
function readAll(handle: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < bytes.length) {
    const got = readSync(handle, bytes, length, bytes.length - length, length);
    if (got === 0) break;
    length += got;
  }
  return bytes.subarray(0, length);
}

function problem(file: string, message: string): Extract<Reading, { kind: 'problem' }> {
  return { kind: 'problem', path: file, message };
}
