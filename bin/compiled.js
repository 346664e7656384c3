// Runs a CommonJS script with what V8 made of its functions at an earlier start. Node's own compile cache holds what is
// compiled when a module is loaded; here it is what has run until somebody says that it is worth keeping.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import path from 'node:path';
import process from 'node:process';
import vm from 'node:vm';
import zlib from 'node:zlib';

/** Returns what the script exports, and `keepCode`. `name` is of those starts that run much the same. */
export function runCompiled(file, { folder, name }) {
  const source = readFileSync(file);
  // Node before 20.15 has no such sums: there nothing is kept.
  if (zlib.crc32 === undefined) return { exports: nodeModule.createRequire(file)(file), keepCode: () => {} };
  const kept = path.join(folder, `${name}-${process.versions.v8}-${process.arch}-${sumOf(source)}`);
  const cachedData = readKept(kept);
  const script = new vm.Script(nodeModule.wrap(source.toString()), {
    filename: file,
    ...(cachedData === null ? {} : { cachedData }),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, nodeModule.createRequire(file), module, file, path.dirname(file));
  const isKept = cachedData !== null && !script.cachedDataRejected;
  return { exports: module.exports, keepCode: () => void (isKept || keep(kept, script.createCachedData())) };
}

const sumBytes = 8;

/** V8 does not look whether all bytes are as they were written, so this does. */
function readKept(file) {
  try {
    const bytes = readFileSync(file);
    const data = bytes.subarray(sumBytes);
    return bytes.toString('latin1', 0, sumBytes) === sumOf(data) ? data : null;
  } catch {
    return null;
  }
}

function keep(file, data) {
  const part = `${file}.${process.pid}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(part, Buffer.concat([Buffer.from(sumOf(data), 'latin1'), data]));
    renameSync(part, file);
  } catch {
    // An installation that only an administrator may write to starts a little slower.
  }
}

function sumOf(bytes) {
  return zlib.crc32(bytes).toString(16).padStart(sumBytes, '0');
}
