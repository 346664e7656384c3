// What is wrong with Kerb's own files while they are written: `kerb.yaml` and the policies of the repository's folders.
import {
  checkPolicies,
  compilePolicies,
  defaultConfiguration,
  type FileProblem,
  type Native,
  readConfiguration,
  readPolicies,
  type SourceFile,
} from '../engine/index.ts';
import { configurationName } from '../repository/index.ts';
import type { ProblemCode } from './convert.ts';
import { draftCompilations, type Rules } from './roots.ts';

/** Problems of one of Kerb's own files, and the code that they are shown under. */
export interface OwnProblems {
  readonly code: ProblemCode;
  readonly problems: readonly FileProblem[];
}

/** Reads a text as what its place makes it; null where it is none of Kerb's own files. */
export function ownProblems(rules: Rules, file: SourceFile, native: Native): OwnProblems | null {
  if (file.path === configurationName)
    return { code: 'kerb/configuration', problems: configurationProblems(rules, file, native) };
  const id = policyIdOf(rules, file.path);
  if (id === null) return null;
  const { policies, problems } = readPolicies([{ path: file.path, id, text: file.text }]);
  const compiled = checkPolicies(compilePolicies(policies, defaultConfiguration, native, draftCompilations()), native);
  return { code: 'kerb/policy', problems: [...problems, ...compiled] };
}

/** The id that a path below a policy folder gives; null elsewhere. */
export function policyIdOf(rules: Rules, path: string): string | null {
  if (!/\.ya?ml$/.test(path)) return null;
  for (const folder of rules.setup.configuration.policyFolders) {
    const prefix = `${folder.replace(/^\.\//, '').replace(/\/+$/, '')}/`;
    if (path.startsWith(prefix)) return path.slice(prefix.length).replace(/\.ya?ml$/, '');
  }
  return null;
}

function configurationProblems(rules: Rules, file: SourceFile, native: Native): readonly FileProblem[] {
  // What is in force was also checked against the disk: whether policy folders and the baseline exist.
  if (rules.setup.configuration.source === file.text) {
    return rules.problems.filter((problem) => problem.file === configurationName);
  }
  const { configuration, problems } = readConfiguration(file);
  return [...problems, ...compilePolicies(rules.setup.policies, configuration, native).problems];
}
