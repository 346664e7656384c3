/**
 * The copy of the repository on this disk. Names of everything but `timestamp.json` are versioned or hashed, so what is
 * written before it disturbs nothing, and renaming that one file is the moment in which a publication takes effect.
 */
import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivateFile } from '../privateFile.ts';
import { refuse } from './refusal.ts';
import { sha256Of } from './roots.ts';
import { type Source, timestampName } from './source.ts';

/** The copy as a source: the same verification reads it as reads the hub. */
export function copySource(folder: string): Source {
  return {
    async read(name, { maxBytes }) {
      const file = path.join(folder, ...name.split('/'));
      try {
        // A link or a device could lead anywhere, and a file may have grown without bound.
        const stat = lstatSync(file);
        if (!stat.isFile()) throw refuse.tampered(name);
        if (stat.size > maxBytes) throw refuse.oversized(name, maxBytes);
        return readFileSync(file);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
  };
}

/** A source that asks another one only for what the copy does not hold with the wanted hash. */
export function throughCopy(copy: Source, other: Source): Source {
  return {
    async read(name, want) {
      const kept = want.sha256 === null ? null : await copy.read(name, want).catch(() => null);
      return kept !== null && sha256Of(kept) === want.sha256 ? kept : other.read(name, want);
    },
  };
}

/** Writes what was verified, and takes away what nothing rests on any more. */
export function writeCopy(folder: string, files: ReadonlyMap<string, Buffer>): void {
  const before = new Set(listed(folder));
  const put = (name: string, bytes: Buffer): void => {
    const file = path.join(folder, ...name.split('/'));
    // Most rounds bring nothing new, and need not wear the disk.
    const isThere = before.has(name) && lstatSync(file).isFile() && readFileSync(file).equals(bytes);
    if (!isThere) writePrivateFile(file, bytes);
  };
  for (const [name, bytes] of files) if (name !== timestampName) put(name, bytes);
  const timestamp = files.get(timestampName);
  if (timestamp !== undefined) put(timestampName, timestamp);
  for (const name of before) if (!files.has(name)) rmSync(path.join(folder, ...name.split('/')), { force: true });
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
