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

/**
 * One spelling for URIs of the same file: clients escape differently (`file:///c%3A/a` and `file:///C:/a`). For looking
 * up, never for sending: diagnostics go back under the URI that the client used.
 */
export function keyOf(uri: string): string {
  const file = fileOf(uri);
  if (file === null) return uri;
  return uriOf(process.platform === 'win32' ? file.replace(/^[a-z]:/, (drive) => drive.toUpperCase()) : file);
}
