/** `kerb exception`: ask for an exception from where you stand, see what became of it, and decide on others' by your key. */
import { type ExceptionCategory, exceptionCategories, readExceptions } from '../../engine/index.ts';
import { exceptionStates } from '../../hub/protocol.ts';
import { type Arguments, type Command, type ExitCode, textOrJson, UsageError } from '../command.ts';
import { type ListedException, listExceptions } from '../exception/listing.ts';
import { keepRequest, readQueue } from '../exception/queue.ts';
import { makeRequest } from '../exception/request.ts';
import { requireHome } from '../home.ts';
import { complain, print } from '../output.ts';
import { printable } from '../report/style.ts';
import { approve, deny, listAll, renew, required, revoke, show } from '../review/decide.ts';
import { signingOptions } from '../review/hub.ts';
import { readGoverning } from '../sync/current.ts';
import { fingerprintIn, letGo, withStore } from './waiting.ts';

export const exceptionCommand: Command = {
  usage: 'exception request FINGERPRINT|--policy ID | list | show ID | approve ID | deny ID | revoke ID | renew',
  summary: 'ask for an exception, offline too; list, approve, refuse and revoke exceptions',
  description: `request      keep a request for an exception; it is sent to the hub at the next contact, and another person decides
list         requests and approved exceptions: pending, granted, upcoming, expired, revoked, refused
list --hub   those of the whole organisation, for who decides; --state, and --ends-within DAYS for what needs renewal
show ID      what was asked for
approve ID   shows it, and grants it by --key: what is in force is verified first, and is signed with this one more
deny ID      refuses it; --reason is what its author hears
revoke ID    ends a granted one by --key
renew        signs the exceptions as they are by --key, before whoever signed last ceases to be an approver

A finding's FINGERPRINT is in \`kerb check --format json\`. With --policy the request is for all of a policy in FILE.
Nothing is exempt before somebody else has approved it: neither the hub nor whoever asked can.
`,
  options: {
    policy: { value: 'ID', help: 'of request: the policy, where no single finding is meant' },
    file: { value: 'FILE', help: 'of request: the file; without it the whole work tree is looked through' },
    reason: { value: 'TEXT', help: 'of request, deny, revoke: why; required' },
    until: { value: 'DATE', help: 'of request: its last day, YYYY-MM-DD; required. Of approve: an earlier one' },
    category: { value: 'NAME', help: `of request: ${exceptionCategories.join(', ')} (default: waiver)` },
    control: { value: 'TEXT', repeatable: true, help: 'of request: what keeps the risk small meanwhile' },
    ticket: { value: 'TICKET', help: 'of request: where it is talked about' },
    'max-uses': { value: 'N', help: 'of approve: how many decisions of a device may rest on it' },
    state: { value: 'STATE', help: `of list --hub: ${exceptionStates.join(', ')}` },
    'ends-within': { value: 'DAYS', help: 'of list --hub: those in force that end so soon' },
    ...signingOptions,
    format: { value: 'FORMAT', help: 'text (default) or json' },
  },
  dashes: 'options',
  run: async (given) => {
    const [action = '', ...words] = given.words;
    if (action === 'request') return request(given, words);
    if (action === 'list' && words.length === 0)
      return given.value('hub') === null ? list(given) : listAll(given, textOrJson(given));
    if (action === 'renew' && words.length === 0) return renew(given);
    const [id, ...more] = words;
    const decision = Object.hasOwn(decisions, action) ? decisions[action] : undefined;
    if (decision !== undefined && id !== undefined && more.length === 0) return decision(id, given);
    throw new UsageError(
      'say what to do: request FINGERPRINT, list, show ID, approve ID, deny ID, revoke ID, or renew',
    );
  },
};

const decisions: Readonly<Record<string, (id: string, given: Arguments) => Promise<ExitCode>>> = {
  show,
  approve,
  deny,
  revoke,
};

async function request(given: Arguments, words: readonly string[]): Promise<ExitCode> {
  const atMs = Date.now();
  const format = textOrJson(given);
  const home = requireHome();
  const { organisation } = await readGoverning(home);
  const made = await makeRequest({
    subject: subjectOf(given, words),
    file: given.value('file'),
    until: required(given, 'until', 'the last day that it is needed, YYYY-MM-DD'),
    reason: required(given, 'reason', 'why it is needed'),
    category: categoryOf(given.value('category') ?? 'waiver'),
    ticket: given.value('ticket'),
    compensatingControls: given.values('control'),
    organisation,
    atMs,
  });
  const refused = withStore(home, (store) =>
    keepRequest(store, { request: made, sentAt: null, state: 'pending', reason: null, exception: null }),
  );
  if (refused !== null) throw new UsageError(`the request could not be kept: ${refused}`);
  await letGo(home);
  if (format === 'json') await print(`${JSON.stringify(made, null, 2)}\n`);
  else
    await print(
      `asked for an exception from ${made.policy} until ${made.expiresAt.slice(0, 10)}: ${made.id}\nIt is sent to the hub at the next contact; \`kerb exception list\` says what became of it.\n`,
    );
  return 0;
}

async function list(given: Arguments): Promise<ExitCode> {
  const format = textOrJson(given);
  const home = requireHome();
  const { organisation } = await readGoverning(home);
  if (organisation?.kind === 'problem') await complain(`kerb: ${printable(organisation.message)}\n`);
  const text = organisation?.kind === 'organisation' ? organisation.exceptions : null;
  const { exceptions, problems } = text === null ? { exceptions: [], problems: [] } : readExceptions(text);
  await complain(problems.map((problem) => `kerb: ${printable(problem)}\n`).join(''));
  const listed = listExceptions(exceptions, withStore(home, readQueue), Date.now());
  await print(format === 'json' ? `${JSON.stringify({ exceptions: listed }, null, 2)}\n` : textOf(listed));
  return organisation?.kind === 'problem' ? 2 : 0;
}

function textOf(listed: readonly ListedException[]): string {
  if (listed.length === 0) return 'no exceptions were asked for or granted\n';
  return listed.map((each) => `${entryOf(each)}\n`).join('\n');
}

function entryOf({
  state,
  policies,
  id,
  covers,
  until,
  since,
  approvedBy,
  requestedBy,
  note,
  reason,
}: ListedException) {
  const people =
    approvedBy.length > 0
      ? `asked for by ${requestedBy}, approved by ${approvedBy.join(', ')}`
      : `asked for by ${requestedBy} on ${since.slice(0, 10)}`;
  const lines = [
    `${state.padEnd(9)} ${policies.join(', ')}  until ${until}  ${id}`,
    `  covers    ${covers}`,
    `  reason    ${reason}`,
    `  people    ${people}`,
    ...(note === null ? [] : [`  note      ${note}`]),
  ];
  return lines.map((line) => printable(line)).join('\n');
}

function subjectOf(given: Arguments, words: readonly string[]): Parameters<typeof makeRequest>[0]['subject'] {
  const [fingerprint] = words;
  const policy = given.value('policy');
  if (policy !== null && fingerprint === undefined) return { kind: 'policy', policy };
  if (policy !== null || fingerprint === undefined)
    throw new UsageError('name one finding by its FINGERPRINT, or a policy by --policy ID');
  return { kind: 'finding', fingerprint: fingerprintIn(words) };
}

function categoryOf(name: string): ExceptionCategory {
  const category = exceptionCategories.find((each) => each === name);
  if (category !== undefined) return category;
  throw new UsageError(`--category ${JSON.stringify(name)}: there are ${exceptionCategories.join(', ')}`);
}
