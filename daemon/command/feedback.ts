/** `kerb feedback`: say that a finding is wrong or unclear, offline too; see what was said. */
import { type Arguments, type Command, type ExitCode, textOrJson, UsageError } from '../command.ts';
import { feedbackOnNamed, keepGiven, listGiven } from '../feedback/give.ts';
import { requireHome } from '../home.ts';
import { print } from '../output.ts';
import type { GivenFeedback } from '../protocol.ts';
import { printable } from '../report/style.ts';
import { readGoverning } from '../sync/current.ts';
import { fingerprintIn, letGo, withStore } from './waiting.ts';

export const feedbackCommand: Command = {
  usage: 'feedback FINGERPRINT --wrong|--unclear | list',
  summary: 'say of a finding that it is wrong, or unclear, offline too',
  description: `FINGERPRINT  a finding's, as \`kerb check --format json\` says it; what is said goes to the hub at the next contact
list         what was said on this machine, and whether the hub has it

It changes no verdict: whoever answers for the policy reads it. The comment goes along, and no source text.
`,
  options: {
    wrong: { help: 'the finding is wrong: there is nothing amiss' },
    unclear: { help: 'the finding is unclear: nobody can tell what it means, or what to do' },
    comment: { value: 'TEXT', help: 'why, in your own words' },
    file: { value: 'FILE', help: 'where the finding is; without it the whole work tree is looked through' },
    format: { value: 'FORMAT', help: 'text (default) or json' },
  },
  dashes: 'options',
  run: async (given) => {
    const [word, ...more] = given.words;
    if (word === 'list' && more.length === 0) return list(given);
    return give(given);
  },
};

async function give(given: Arguments): Promise<ExitCode> {
  const format = textOrJson(given);
  const fingerprint = fingerprintIn(given.words);
  if (given.has('wrong') === given.has('unclear')) throw new UsageError('say --wrong, or --unclear');
  const complaint = given.has('wrong') ? 'wrong' : 'unclear';
  const home = requireHome();
  const { organisation } = await readGoverning(home);
  const typed = { fingerprint, complaint, comment: given.value('comment'), file: given.value('file') } as const;
  const feedback = await feedbackOnNamed(typed, { organisation, atMs: Date.now() });
  const kept = withStore(home, (store) => keepGiven(feedback, store));
  if (typeof kept === 'string') throw new UsageError(`it could not be kept: ${kept}`);
  await letGo(home);
  if (format === 'json') await print(`${JSON.stringify(kept, null, 2)}\n`);
  else
    await print(
      `said that the finding of ${kept.policy} is ${complaint}: ${kept.id}\nIt goes to the hub at the next contact; \`kerb feedback list\` says whether it has it.\n`,
    );
  return 0;
}

async function list(given: Arguments): Promise<ExitCode> {
  const format = textOrJson(given);
  const feedback = withStore(requireHome(), listGiven);
  if (format === 'json') await print(`${JSON.stringify({ feedback }, null, 2)}\n`);
  else await print(feedback.length === 0 ? 'nothing was said of any finding\n' : feedback.map(line).join(''));
  return 0;
}

function line({ complaint, policy, fingerprint, repository, at, isSent, refusal }: GivenFeedback): string {
  const standing = refusal ?? (isSent ? 'the hub has it' : 'not sent yet');
  return `${printable(`${complaint.padEnd(8)} ${policy}  ${fingerprint} in ${repository}, ${at.slice(0, 10)}: ${standing}`)}\n`;
}
