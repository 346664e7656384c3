/** What a change has to pass before anybody is asked to sign it: it reads, it compiles, and its pages' cases come out. */
import { setImmediate as giveWay } from 'node:timers/promises';
import {
  checkPolicies,
  compilePolicies,
  defaultConfiguration,
  type FileProblem,
  type Native,
  type Policy,
  readOrganisationRules,
  readPolicies,
  runCases,
} from '../../engine/index.ts';
import type { ChangeProposal } from '../protocol.ts';

/** What is wrong, each with its file and line; empty where nothing is. Gives way between policies. */
export async function problemsOf(proposal: ChangeProposal, native: Native): Promise<readonly string[]> {
  const { organisation, policies: files } = proposal;
  const { rules, problems } = readOrganisationRules({ path: 'organisation.yaml', text: organisation });
  const reading = readPolicies(
    Object.entries(files)
      .filter(([path]) => path.endsWith('.yaml'))
      .map(([path, text]) => ({ path, id: path.slice(0, -'.yaml'.length), text })),
  );
  const compiled = checkPolicies(compilePolicies(reading.policies, defaultConfiguration, native), native);
  const found = [...problems, ...reading.problems, ...compiled]
    .filter(({ severity }) => severity === 'error')
    .map(said);
  if (rules === null && found.length === 0) found.push('organisation.yaml:1: it cannot be read');
  if (found.length > 0) return found;
  const failed: string[] = [];
  for (const policy of reading.policies) {
    failed.push(...caseProblems(policy, files, native));
    await giveWay();
  }
  return failed;
}

function said({ file, range, message }: FileProblem): string {
  return `${file}:${range.start.line}: ${message}`;
}

/** A case that could not be judged here proves nothing, so it does not pass either. */
function caseProblems(policy: Policy, files: ChangeProposal['policies'], native: Native): readonly string[] {
  const path = `${policy.id}.md`;
  const text = Object.hasOwn(files, path) ? files[path] : undefined;
  if (text === undefined) return [`${path}:1: there is no page: a policy comes with its cases`];
  const { cases } = runCases({ policy, page: { path, text }, native });
  if (cases.length === 0) return [`${path}:1: there is no case: a fenced block that names its file`];
  return cases
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ line, outcome, name, message }) => `${path}:${line}: the case ${name} ${outcome}: ${message}`);
}
