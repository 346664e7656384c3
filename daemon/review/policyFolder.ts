/** An organisation's policies as they lie in a folder, before they are proposed. */
import type { Bundle } from '../../engine/index.ts';
import { readFolderTexts } from '../../repository/index.ts';
import { UsageError } from '../command.ts';

/** Everything in a folder that belongs into a bundle. Throws `UsageError`. */
export function readPolicyFolder(folder: string): Omit<Bundle, 'version'> {
  const { texts, unreadable } = readFolderTexts(folder, '');
  const [problem] = unreadable;
  if (problem !== undefined) throw new UsageError(`${problem.path}: ${problem.message}`);
  const { 'organisation.yaml': organisation, ...others } = Object.fromEntries(texts);
  if (organisation === undefined) throw new UsageError(`${folder} holds no organisation.yaml`);
  // What lies beside the domains' folders, a README, is about the policies and none of them.
  const policies = Object.fromEntries(Object.entries(others).filter(([file]) => file.includes('/')));
  return { organisation, policies };
}
