/** `kerb publish DIR`: proposes an organisation's policies to its hub, for others to approve. */
import path from 'node:path';
import * as z from 'zod';
import { type ChangeProposal, hubPaths } from '../../hub/protocol.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { print } from '../output.ts';
import { hubOptions, personsHub, readText, rootDocumentIn } from '../review/hub.ts';
import { readPolicyFolder } from '../review/policyFolder.ts';

export const publishCommand: Command = {
  usage: 'publish DIR | --root FILE',
  summary: "propose an organisation's policies to its hub",
  description: `DIR holds organisation.yaml, and the policies <domain>/<name>.yaml with their pages <domain>/<name>.md: all of what is
to be in force. The hub judges the cases and refuses with file and line, else the change waits for its approvers
(kerb review). With --replaces it is a later version of a change of yours: that is closed, and what reviewers said of it
stays in sight. With --rollout it goes out in stages (kerb rollout). With --root a root of trust that its people have signed is put in force (an admin does this).
Exit codes: 0 proposed, 2 not.`,
  options: {
    ...hubOptions,
    title: { value: 'WORDS', help: 'what changes and why, for the reviewers' },
    rollout: { value: 'FILE', help: 'the plan of its stages; without one it goes to every device at once' },
    replaces: { value: 'ID', help: 'a change of yours that this is a later version of' },
    root: { value: 'FILE', help: 'a signed root, instead of DIR' },
  },
  dashes: 'options',
  run,
};

async function run(given: Arguments): Promise<ExitCode> {
  const file = given.value('root');
  const [folder, ...more] = given.words;
  if (file !== null && folder === undefined) return publishRoot(file, given);
  if (folder === undefined || file !== null || more.length > 0)
    throw new UsageError('kerb publish DIR, or kerb publish --root FILE');
  const plan = given.value('rollout');
  const title = given.value('title');
  if (title === null) throw new UsageError('--title says what changes and why');
  const replaces = given.value('replaces');
  const proposal: ChangeProposal = {
    title,
    ...readPolicyFolder(path.resolve(folder)),
    rollout: plan === null ? null : readText(plan),
    // An older hub refuses what it does not know, so it is sent where it is meant.
    ...(replaces === null ? {} : { replaces }),
  };
  const answer = z.object({ id: z.string(), number: z.int() });
  const { id, number } = await personsHub(given).ask('POST', hubPaths.changes, answer, proposal);
  await print(`change ${id} would be bundle ${number}\nits reviewers: kerb review show ${id}\n`);
  return 0;
}

async function publishRoot(file: string, given: Arguments): Promise<ExitCode> {
  const answer = z.object({ version: z.int(), sha256: z.string() });
  const { version, sha256 } = await personsHub(given).ask('POST', hubPaths.root, answer, rootDocumentIn(file));
  await print(`root ${version} is in force: ${sha256}\n`);
  return 0;
}
