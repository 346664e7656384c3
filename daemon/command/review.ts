/** `kerb review`: what waits for approval, what exactly it is, and a signature by one's own key. */

import path from 'node:path';
import process from 'node:process';
import { MetadataKind } from '@tufjs/models';
import { bundleDifference, type Rollout } from '../../engine/index.ts';
import {
  type ChangeShown,
  type ChangeSummary,
  changeList,
  changeOutcome,
  changeShown,
  hubPaths,
  type ShownComment,
} from '../../hub/protocol.ts';
import { replaceFile } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, textOrJson, UsageError } from '../command.ts';
import { print } from '../output.ts';
import { printable, styleFor } from '../report/style.ts';
import { commentLines, commentsOn, readPlace, say } from '../review/comments.ts';
import { required } from '../review/decide.ts';
import { keyFileIn, type PersonsHub, personsHub, rootDocumentIn, rootIn, signingOptions } from '../review/hub.ts';
import { createPersonKey, openPersonKey } from '../review/personKey.ts';
import { approversOf, checkProposal, type Published, readPublished } from '../review/proposal.ts';
import { askForReplay, replayLines } from '../review/replay.ts';

export const reviewCommand: Command = {
  usage: 'review list | show ID | comment ID | replay ID | sign ID | key FILE | sign-root FILE',
  summary: 'approve changes of policies by signing them',
  description: `list          changes, the newest first
show ID       what a change alters, against what is in force, which is verified as devices verify it; what its replay says,
              and what was said of it
comment ID    says --text of an open change, or --at a line of it; it approves nothing
replay ID     asks the devices that agreed what the change would have decided of their recent commits; signed by --key
sign ID       the same, and then signs it by --key: the draft is made again here, and the hub's has to be that very one
key FILE      makes a key of your own, and prints its public half for the key ceremony
sign-root F   adds your signature to a root of trust
Nobody approves their own change, and the hub publishes only when as many approvers have signed as root asks for.
Exit codes: 0 done, 2 not.`,
  options: {
    ...signingOptions,
    text: { value: 'WORDS', help: 'of comment: what is said; secrets are struck out' },
    at: { value: 'FILE:LINE', help: 'of comment: a line of a policy, its page, or organisation.yaml, as proposed' },
    comments: { help: 'of the list: with what was said of open changes' },
    format: { value: 'FORMAT', help: 'of the list: text (default) or json' },
  },
  dashes: 'options',
  run,
};

async function run(given: Arguments): Promise<ExitCode> {
  const [verb, what, ...more] = given.words;
  if (verb === 'list' && what === undefined) return list(given);
  if (what === undefined || more.length > 0)
    throw new UsageError('kerb review list, show ID, comment ID, replay ID, sign ID, key FILE, or sign-root FILE');
  if (verb === 'show') return show(what, given);
  if (verb === 'comment') return comment(what, given);
  if (verb === 'replay') return askReplay(what, given);
  if (verb === 'sign') return sign(what, given);
  if (verb === 'key') return makeKey(what);
  if (verb === 'sign-root') return signRoot(what, given);
  throw new UsageError(`there is no kerb review ${verb} (kerb review --help)`);
}

async function list(given: Arguments): Promise<ExitCode> {
  const format = textOrJson(given);
  const hub = personsHub(given);
  const { changes } = await hub.ask('GET', hubPaths.changes, changeList);
  const listed: readonly ListedChange[] = given.has('comments') ? await withComments(hub, changes) : changes;
  if (format === 'json') {
    await print(`${JSON.stringify({ changes: listed })}\n`);
    return 0;
  }
  const lines = listed.flatMap(({ id, state, author, title, number, comments }) => [
    `${id}  ${state}  bundle ${number}  ${author}: ${title}`,
    ...commentLines(comments ?? []).map((line) => `  ${line}`),
  ]);
  await print(lines.length === 0 ? 'there are no changes\n' : textOf(lines));
  return 0;
}

type ListedChange = ChangeSummary & { readonly comments?: readonly ShownComment[] };

/** Of changes that nobody can comment any more, what was said is left out. */
async function withComments(hub: PersonsHub, changes: readonly ChangeSummary[]): Promise<readonly ListedChange[]> {
  const listed: ListedChange[] = [];
  for (const change of changes) {
    const comments = change.state === 'open' ? await commentsOn(hub, change.id) : null;
    listed.push({ ...change, comments: comments ?? [] });
  }
  return listed;
}

async function show(id: string, given: Arguments): Promise<ExitCode> {
  const { hub } = await shown(id, given);
  const comments = await commentsOn(hub, id);
  await print(textOf([...(await replayLines(id, hub)), ...commentLines(comments ?? [])]));
  return 0;
}

async function comment(id: string, given: Arguments): Promise<ExitCode> {
  const text = required(given, 'text', 'what you have to say of the change');
  const at = given.value('at');
  const kept = await say(personsHub(given), id, { text, place: at === null ? null : readPlace(at) });
  await print(textOf(commentLines([kept])));
  return 0;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** Who asks lets many machines work on the change: they have seen what it is, and their key says so. */
async function askReplay(id: string, given: Arguments): Promise<ExitCode> {
  const key = openPersonKey(keyFileIn(given));
  const { hub, change, published } = await shown(id, given);
  if (change.state !== 'open') throw new UsageError(`the change is ${change.state}: there is nothing to replay`);
  if (approversOf(published.root)[key.id] === undefined)
    throw new UsageError('your key is none of the approvers that root names, and devices would not believe it');
  await askForReplay(change, { hub, key, now: Date.now() });
  await print(`asked: kerb review show ${id} says what comes in\n`);
  return 0;
}

async function sign(id: string, given: Arguments): Promise<ExitCode> {
  const key = openPersonKey(keyFileIn(given));
  const { hub, change, published } = await shown(id, given);
  if (change.state !== 'open') throw new UsageError(`the change is ${change.state}: there is nothing to sign`);
  const owner = approversOf(published.root)[key.id]?.['x-kerb-owner'];
  if (owner === undefined) throw new UsageError('your key is none of the approvers that root names');
  if (owner === change.author) throw new UsageError('this change is your own: others approve it');
  const signature = key.sign(MetadataKind.Targets, change.draft);
  const body = { keyId: key.id, signature };
  const outcome = await hub.ask(
    'POST',
    `${hubPaths.changes}/${encodeURIComponent(id)}/signatures`,
    changeOutcome,
    body,
  );
  const { state, approvals, threshold } = outcome;
  await print(
    state === 'published' ? `published as bundle ${change.number}\n` : `${approvals} of ${threshold} approvals\n`,
  );
  return 0;
}

/** Fetches a change, verifies it against what is in force, and shows all that it alters. */
async function shown(
  id: string,
  given: Arguments,
): Promise<{ readonly hub: PersonsHub; readonly change: ChangeShown; readonly published: Published }> {
  const hub = personsHub(given);
  const change = await hub.ask('GET', `${hubPaths.changes}/${encodeURIComponent(id)}`, changeShown);
  const published = await readPublished(hub.source, { rootSha256: rootIn(given), now: Date.now() });
  await print(headOf(change, published));
  if (change.state !== 'open') return { hub, change, published };
  const { bundle, rollout } = checkProposal(change, published);
  if (rollout !== null) await print(rolloutLines(rollout));
  const lines = bundleDifference(published.bundle, bundle);
  const style = styleFor(process.stdout);
  const paint = (line: string): string =>
    line.startsWith('-') ? style.red(line) : line.startsWith('+') ? style.green(line) : line;
  await print(
    lines.length === 0
      ? 'nothing differs from what is in force\n'
      : `${lines.map((line) => paint(printable(line))).join('\n')}\n`,
  );
  return { hub, change, published };
}

/** In which stages it goes out, and which of them this change begins. */
function rolloutLines({ version, base, changed, stages, guards, begun }: Rollout): string {
  const each = stages.map(({ name, percent, selector, enforcement, minSuccessHours }, at) => {
    const labels = Object.entries(selector).map(([label, values]) => `${label}=${values.join('|')}`);
    const most = Object.entries(enforcement).map(([gate, value]) => `${gate} at most ${value}`);
    const soak = minSuccessHours === 0 ? [] : [`then ${minSuccessHours} hours`];
    const words = [`${percent} %`, ...labels, ...most, ...soak].join(', ');
    return `${at < begun - 1 ? 'begun' : at === begun - 1 ? 'now  ' : 'later'}  ${name}: ${words}`;
  });
  const slower = guards.latencyRiseMs === undefined ? '' : `, or the slowest twentieth by ${guards.latencyRiseMs} ms`;
  const halts = `more denials than with ${base} by ${guards.denyRise} points, or failures by ${guards.errorRise}${slower}, in ${guards.leastDecisions} decisions`;
  const lines = [
    `in stages, from bundle ${base} to ${version}; halts at ${halts}`,
    ...each,
    `policies: ${changed.join(', ')}`,
  ];
  return textOf(lines);
}

function headOf(
  { title, author, state, number, approvals, threshold, replaces }: ChangeShown,
  { firstRoot, bundle }: Published,
): string {
  const signed = approvals.map(({ owner }) => printable(owner)).join(', ');
  return `${printable(title)}
by ${printable(author)}, ${state}; bundle ${number}, in force: ${bundle?.version ?? 'none'}${replaces ? `\na later version of ${printable(replaces)}` : ''}
${approvals.length} of ${threshold} approvals${signed === '' ? '' : `: ${signed}`}
the hub's first root is ${firstRoot}
`;
}

async function makeKey(file: string): Promise<ExitCode> {
  await print(`ed25519:${createPersonKey(file)}\n`);
  return 0;
}

/** Adds a signature to a root in a file, after saying what it is. */
async function signRoot(file: string, given: Arguments): Promise<ExitCode> {
  const key = openPersonKey(keyFileIn(given));
  const document = rootDocumentIn(file);
  await print(`${JSON.stringify(document.signed, null, 2)}\n`);
  const signature = { keyid: key.id, sig: key.sign(MetadataKind.Root, document.signed) };
  const signatures = [...document.signatures.filter(({ keyid }) => keyid !== key.id), signature];
  const bytes = Buffer.from(`${JSON.stringify({ ...document, signatures }, null, 2)}\n`);
  replaceFile({ within: path.dirname(path.resolve(file)), file: path.basename(file), bytes });
  await print(`signed by ${key.id}\n`);
  return 0;
}
