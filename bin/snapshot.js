// Starts a program from a snapshot of its memory, in which what every start would do anew is done: modules, policies, what
// is compiled of them. A snapshot is good for one Node on one machine, so it is made where it is used, beside the code:
// by the build, or while the first program that would have had it is running.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import v8 from 'node:v8';

/**
 * Becomes the program `name` of `dist`, with these arguments, where there is a snapshot of it; else comes back. Options
 * that Node was given would not count for a snapshot, so then there is none.
 */
export function startFromSnapshot(name, { dist, args }) {
  const file = snapshotFile(name, dist);
  if (file === null || !(fs.statSync(file, { throwIfNoEntry: false })?.size > 0)) return;
  process.execve(process.execPath, [process.execPath, '--snapshot-blob', file, process.argv[1], ...args], process.env);
}

/** Lets another process make the snapshot of `name` if nobody has tried. */
export async function makeSnapshotAside(name, { dist }) {
  const file = snapshotFile(name, dist);
  if (file === null || fs.existsSync(file)) return;
  const { makeAside } = await import('./makeSnapshot.js');
  makeAside(name, { dist, file });
}

/** Beside the code and not in the shared temporary folder: whoever can write the cache can run code as the user. */
export function cacheIn(dist) {
  return path.join(dist, '.cache');
}

/** Null where a program cannot become another one, or would not be what was asked for. */
export function snapshotFile(name, dist) {
  if (process.execve === undefined || process.platform === 'win32') return null;
  if (process.execArgv.length > 0 || process.env.NODE_OPTIONS) return null;
  const build = readIfThere(path.join(dist, '.built'));
  if (!build) return null;
  const runtime = `${process.version}-${process.arch}-${v8.cachedDataVersionTag().toString(16)}`;
  // A snapshot knows where the rest of its program lies.
  const place = process.getBuiltinModule('zlib').crc32(dist).toString(16);
  return path.join(cacheIn(dist), `${name}-${runtime}-${build}-${place}.blob`);
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}
