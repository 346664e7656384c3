// Starts a program from a snapshot of its memory, in which what every start would do anew is done: modules, policies, what
// is compiled of them. A snapshot is good for one Node on one machine, so it is made where it is used, beside the code:
// by the build, or while the first program that would have had it is running.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import v8 from 'node:v8';

/** Becomes the program `name` of `dist`, with these arguments, where there is a snapshot of it; else comes back. */
export function startFromSnapshot(name, { dist, args }) {
  const file = snapshotFile(name, dist);
  if (file === null || !(fs.statSync(file, { throwIfNoEntry: false })?.size > 0)) return;
  const node = [process.execPath, '--snapshot-blob', file, ...process.execArgv];
  process.execve(process.execPath, [...node, process.argv[1], ...args], process.env);
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

/**
 * Null where a program cannot become another one, or would not be what was asked for: of the options that Node was given, only
 * those on its room for objects count for a snapshot.
 */
export function snapshotFile(name, dist) {
  if (process.execve === undefined || process.platform === 'win32') return null;
  if (process.env.NODE_OPTIONS || process.execArgv.some((option) => !/^--(max|min)-semi-space-size=/.test(option)))
    return null;
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
