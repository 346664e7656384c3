// URIs of files, as clients write them.
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The absolute path that a `file:` URI names; null for any other URI and for one that names no path. */
export function fileOf(uri: string): string | null {
  if (!uri.startsWith('file:')) return null;
  try {
    return fileURLToPath(uri);
  } catch {
    return null;
  }
}

/** The URI of an absolute path. */
export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}
