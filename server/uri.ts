// URIs of files, as clients write them.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The absolute path that a `file:` URI names; null for any other URI and for one that names no path. */
export function fileOf(uri: string): string | null {
  if (!uri.startsWith('file:')) return null;
  try {
    return path.resolve(fileURLToPath(uri));
  } catch {
    return null;
  }
}

/** One spelling of a URI: clients escape more characters of a path than `uriOf`, or end a folder with a slash. */
export function canonical(uri: string): string {
  const file = fileOf(uri);
  return file === null ? uri : uriOf(file);
}

/** The URI of an absolute path. */
export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}
