/** The folder that new policies go into. */
import path from 'node:path';
import process from 'node:process';
import { loadQuietly } from '../policies.ts';

/** The named one, else the first of kerb.yaml, else `policies`. */
export async function policyFolder(named: string | null): Promise<string> {
  if (named !== null) return named;
  // A folder that has no policy yet is about to have its first.
  const { root, configuration } = await loadQuietly([]);
  const [first] = configuration.policyFolders;
  return first === undefined ? 'policies' : path.relative(process.cwd(), path.join(root, first)) || '.';
}
