/** Objects that lie as files of their own, as those do that were staged a moment ago: to read them costs no word with git. */
import { hash } from 'node:crypto';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { gitFolder } from './git.ts';
import { maxFileBytes, readIfBounded } from './read.ts';

/**
 * Reads blobs of a work tree's repository by id. Null for all that git has to be asked about: what is packed, elsewhere, too
 * large, no blob, or not what its name says.
 */
export function looseBlobs(root: string): (id: string) => Buffer | null {
  let folder: string | null | undefined;
  return (id) => {
    if (folder === undefined) folder = objectsFolder(root);
    return folder === null ? null : readBlob(folder, id);
  };
}

/** A linked work tree has its objects where the main one has them. */
function objectsFolder(root: string): string | null {
  const folder = gitFolder(root);
  if (folder === null) return null;
  const common = readIfBounded(path.join(folder, 'commondir'), maxFileBytes)?.toString('utf8').trim();
  return path.join(common === undefined ? folder : path.resolve(folder, common), 'objects');
}

const maxHeaderBytes = 32;

function readBlob(folder: string, id: string): Buffer | null {
  const deflated = readIfBounded(path.join(folder, id.slice(0, 2), id.slice(2)), maxFileBytes);
  if (deflated === null) return null;
  try {
    const object = inflateSync(deflated, { maxOutputLength: maxFileBytes + maxHeaderBytes });
    const start = object.indexOf(0) + 1;
    const size = /^blob (\d+)\0$/.exec(object.toString('latin1', 0, Math.min(start, maxHeaderBytes)))?.[1];
    if (Number(size) !== object.length - start) return null;
    return hash(id.length === 64 ? 'sha256' : 'sha1', object, 'hex') === id ? object.subarray(start) : null;
  } catch {
    // Damaged, or more than is judged: git says which.
    return null;
  }
}
