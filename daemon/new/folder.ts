/** The folder that new policies go into. */
import path from 'node:path';
import process from 'node:process';
import { loadPoliciesHere } from '../policies.ts';

/** The named one, else the first of kerb.yaml, else `policies`. */
export async function policyFolder(named: string | null): Promise<string> {
  if (named !== null) return named;
  const { root, configuration } = await loadPoliciesHere([]);
  const [first] = configuration.policyFolders;
  return first === undefined ? 'policies' : path.relative(process.cwd(), path.join(root, first)) || '.';
}
