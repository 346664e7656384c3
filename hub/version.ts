/** Which Kerb this is. */
import { readFileSync } from 'node:fs';

/** What the build puts here. */
declare const KERB_VERSION: string | undefined;

/** The version of the package, `0.1.0`. */
export function version(): string {
  if (typeof KERB_VERSION === 'string') return KERB_VERSION;
  const manifest = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
