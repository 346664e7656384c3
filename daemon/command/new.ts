/** `kerb new policy`: a policy and its page, ready to be filled in, whose cases pass from the first minute. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { readPolicies, resourceKinds, runCases } from '../../engine/index.ts';
import { createNative, replaceFile } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { policyFolder } from '../new/folder.ts';
import { sketchFrom } from '../new/from.ts';
import { scaffoldOf } from '../new/scaffold.ts';
import { print } from '../output.ts';
import { loadPoliciesHere } from '../policies.ts';

export const newCommand: Command = {
  usage: 'new policy ID',
  summary: 'begin a policy and its cases',
  description: `Writes <folder>/ID.yaml and its page, <folder>/ID.md, with a rule that works and cases that pass: change them step by step
and run \`kerb test\` in between. ID is <domain>/<name>, in lower-case letters, digits and hyphens.
With --from the policy is about what stands at a place of a file: the file, cut down to what matters and without its secrets, is
the case that fails. ID may then be left out.`,
  options: {
    from: { value: 'FILE:LINE[:COL]', help: 'write the policy about what stands there' },
    folder: { value: 'DIR', help: 'the policy folder (default: the first of kerb.yaml, else policies)' },
    resource: { value: 'KIND', help: 'what is judged (default: what goes with the domain)' },
  },
  dashes: 'options',
  run,
};

async function run(given: Arguments): Promise<ExitCode> {
  const [what, named, ...more] = given.words;
  const from = given.value('from');
  if (what !== 'policy' || (named === undefined && from === null) || more.length > 0)
    throw new UsageError('kerb new policy <domain>/<name>');
  if (named !== undefined && !/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/.test(named)) {
    throw new UsageError(
      `${JSON.stringify(named)} is no id: <domain>/<name>, in lower-case letters, digits and hyphens`,
    );
  }
  const folder = await policyFolder(given.value('folder'));
  const { id, policy, page } = from === null ? begin(named ?? '', given) : await beginFrom(from, named ?? null, given);
  const files = { [`${id}.yaml`]: policy, [`${id}.md`]: page };
  for (const name of Object.keys(files)) {
    if (existsSync(path.join(folder, name))) throw new UsageError(`${path.join(folder, name)} exists already`);
  }
  mkdirSync(path.dirname(path.join(folder, id)), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    replaceFile({ within: folder, file: name, bytes: Buffer.from(text) });
    await print(`${path.join(folder, name)}\n`);
  }
  await print(`Now write the rule and its cases, and run: kerb test ${folder}\n`);
  return 0;
}

interface Begun {
  readonly id: string;
  readonly policy: string;
  readonly page: string;
}

function begin(id: string, given: Arguments): Begun {
  const scaffold = scaffoldOf(id, kindOf(given.value('resource')));
  return { id, policy: scaffold.policy, page: draw(id, scaffold.policy, scaffold.page) };
}

async function beginFrom(place: string, id: string | null, given: Arguments): Promise<Begun> {
  if (given.value('resource') !== null) throw new UsageError('--from says what is judged: leave out --resource');
  return sketchFrom(place, id, await loadPoliciesHere([]));
}

function kindOf(named: string | null): string | null {
  const kinds = resourceKinds.map(({ kind }) => kind);
  if (named !== null && !kinds.includes(named))
    throw new UsageError(`--resource ${JSON.stringify(named)}: the kinds are ${kinds.join(', ')}`);
  return named;
}

/** The page with its findings drawn, as the harness itself draws them. */
function draw(id: string, policyText: string, pageText: string): string {
  const { policies } = readPolicies([{ id, path: `${id}.yaml`, text: policyText }]);
  const [policy] = policies;
  return policy === undefined
    ? pageText
    : runCases({ policy, page: { path: `${id}.md`, text: pageText }, native: createNative() }).redrawn;
}
