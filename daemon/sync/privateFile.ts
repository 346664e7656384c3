/** Files that only this user can read, written whole or not at all. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { z } from 'zod';
import { makePrivateFolder } from '../home.ts';

/** Writes a file with mode 0600 in folders of mode 0700: after a crash it is the old one or the new one. */
export function writePrivateFile(file: string, content: Buffer | string): void {
  const refused = makePrivateFolder(path.dirname(file));
  if (refused !== null) throw new Error(refused.message);
  const staged = `${file}.${process.pid}.new`;
  rmSync(staged, { force: true });
  const descriptor = openSync(staged, 'wx', 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(staged, file);
}

/** What a file of one's own says, or why that cannot be relied on. */
export type PrivateRecord<T> =
  | { readonly kind: 'record'; readonly value: T }
  | { readonly kind: 'none' }
  | { readonly kind: 'problem'; readonly message: string };

const maxBytes = 4_000_000;

/** Reads a JSON file of one's own. A file that others may write proves nothing. */
export function readPrivateRecord<T>(file: string, schema: z.ZodType<T>): PrivateRecord<T> {
  try {
    const stat = statSync(file);
    if (process.getuid !== undefined && (stat.uid !== process.getuid() || (stat.mode & 0o077) !== 0))
      return problem(`${file} can be read or written by others: remove it, and run \`kerb enroll\` again`);
    if (stat.size > maxBytes) return problem(`${file} is larger than Kerb ever makes it: remove it`);
    const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.success) return { kind: 'record', value: parsed.data };
    return problem(`${file} is not as Kerb writes it: run \`kerb enroll\` again`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'none' };
    const why = error instanceof SyntaxError ? 'is no JSON' : `cannot be read (${String(error)})`;
    return problem(`${file} ${why}: run \`kerb enroll\` again`);
  }
}

function problem(message: string): { readonly kind: 'problem'; readonly message: string } {
  return { kind: 'problem', message };
}
