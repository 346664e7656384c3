/** Exceptions as who decides sees them: listed, shown, and granted, refused or revoked at the hub. */
import * as z from 'zod';
import { type ExceptionRequest, readExceptionRequest } from '../../engine/index.ts';
import {
  type ExceptionShown,
  type ExceptionSummary,
  exceptionList,
  exceptionShown,
  exceptionStates,
  type GivenApproval,
  hubPaths,
} from '../../hub/protocol.ts';
import { type Arguments, type ExitCode, UsageError } from '../command.ts';
import { endOfDay } from '../exception/request.ts';
import { print } from '../output.ts';
import { printable } from '../report/style.ts';
import { approverOf, exceptionsIn, signApproval, signStep } from './exceptions.ts';
import { keyFileIn, type PersonsHub, personsHub, rootIn } from './hub.ts';
import { openPersonKey } from './personKey.ts';
import { type Published, readPublished } from './proposal.ts';

/** The hub has done it, and there is nothing to say. */
const nothing = z.undefined();

export async function listAll(given: Arguments, format: 'text' | 'json'): Promise<ExitCode> {
  const query = new URLSearchParams();
  const [state, days] = [given.value('state'), given.value('ends-within')];
  if (state !== null && !exceptionStates.some((each) => each === state))
    throw new UsageError(`--state ${state}: there are ${exceptionStates.join(', ')}`);
  if (state !== null) query.set('state', state);
  if (days !== null) query.set('endsWithinDays', String(wholeNumber(days, '--ends-within')));
  const { exceptions } = await personsHub(given).ask('GET', `${hubPaths.exceptions}?${query}`, exceptionList);
  if (format === 'json') await print(`${JSON.stringify({ exceptions }, null, 2)}\n`);
  else await print(exceptions.length === 0 ? 'there are no such exceptions\n' : exceptions.map(lineOf).join(''));
  return 0;
}

export async function show(id: string, given: Arguments): Promise<ExitCode> {
  await shown(personsHub(given), id);
  return 0;
}

export async function approve(id: string, given: Arguments): Promise<ExitCode> {
  const key = openPersonKey(keyFileIn(given));
  const hub = personsHub(given);
  const { exception, request } = await shown(hub, id);
  if (exception.state !== 'pending') throw new UsageError(`it is ${exception.state}: there is nothing to approve`);
  const [until, maxUses] = [given.value('until'), given.value('max-uses')];
  const published = await publishedAt(hub, given);
  const [first] = exception.approvals;
  const approval = signApproval(request, published, {
    ...{ key, at: now(), before: exception.approvals },
    expiresAt: until === null ? (first?.expiresAt ?? request.expiresAt) : endOfDay(until),
    maxUses: maxUses === null ? (first?.maxUses ?? null) : wholeNumber(maxUses, '--max-uses'),
  });
  await hub.ask('POST', pathOf(id, 'approval'), nothing, approval);
  const done = approval.signature === null ? 'approved, and others have to as well,' : 'granted';
  await print(`${done} until ${approval.expiresAt}, signed by ${printable(approverOf(key, published))}\n`);
  return 0;
}

export async function deny(id: string, given: Arguments): Promise<ExitCode> {
  const reason = required(given, 'reason', 'why it is refused, for who asked');
  const hub = personsHub(given);
  await shown(hub, id);
  await hub.ask('POST', pathOf(id, 'denial'), nothing, { reason });
  await print('refused\n');
  return 0;
}

export async function revoke(id: string, given: Arguments): Promise<ExitCode> {
  const reason = required(given, 'reason', 'why it ends before its time');
  const key = openPersonKey(keyFileIn(given));
  const hub = personsHub(given);
  await shown(hub, id);
  const published = await publishedAt(hub, given);
  approverOf(key, published);
  if (exceptionsIn(published.exceptions.text).every((exception) => exception.id !== id))
    throw new UsageError('it is not among the exceptions that are published');
  const signed = signStep(published.exceptions, { step: { kind: 'revoke', id }, at: now(), key });
  await hub.ask('POST', pathOf(id, 'revocation'), nothing, { ...signed, reason });
  await print('revoked\n');
  return 0;
}

export async function renew(given: Arguments): Promise<ExitCode> {
  const key = openPersonKey(keyFileIn(given));
  const hub = personsHub(given);
  const published = await publishedAt(hub, given);
  const owner = approverOf(key, published);
  const signed = signStep(published.exceptions, { step: { kind: 'renew' }, at: now(), key });
  await hub.ask('POST', `${hubPaths.exceptions}/renewal`, nothing, signed);
  const { length } = exceptionsIn(published.exceptions.text);
  await print(`${length} exception${length === 1 ? '' : 's'}, signed by ${printable(owner)}\n`);
  return 0;
}

/** The value of an option that has to be there. Throws `UsageError`. */
export function required(given: Arguments, option: string, what: string): string {
  const value = given.value(option)?.trim() ?? '';
  if (value === '') throw new UsageError(`--${option} is missing: say ${what}`);
  return value;
}

async function publishedAt(hub: PersonsHub, given: Arguments): Promise<Published> {
  const published = await readPublished(hub.source, { rootSha256: rootIn(given), now: Date.now() });
  await print(`the hub's first root is ${published.firstRoot}\n`);
  return published;
}

async function shown(
  hub: PersonsHub,
  id: string,
): Promise<{ readonly exception: ExceptionShown; readonly request: ExceptionRequest }> {
  const exception = await hub.ask('GET', `${hubPaths.exceptions}/${encodeURIComponent(id)}`, exceptionShown);
  const request = readExceptionRequest(exception.request);
  if (request === null || request.id !== id) throw new UsageError('this request cannot be read: update Kerb');
  await print(lineOf(exception) + detailsOf(request) + exception.approvals.map(approvalLine).join(''));
  return { exception, request };
}

function lineOf(exception: ExceptionSummary): string {
  const { id, state, policy, repository, requestedBy, expiresAt, decidedBy, note, needed, approvedBy } = exception;
  const approved = `, ${approvedBy.length} of ${needed} approvals${approvedBy.length === 0 ? '' : `: ${approvedBy.join(', ')}`}`;
  const decided = decidedBy !== null ? `, by ${decidedBy}` : needed > 1 && state === 'pending' ? approved : '';
  const why = note === null ? '' : `: ${note}`;
  return `${printable(`${id}  ${state}${decided}${why}  ${policy} in ${repository}  until ${expiresAt}  for ${requestedBy}`)}\n`;
}

function detailsOf(request: ExceptionRequest): string {
  const { severity, file, resource, fingerprint, category, reason, compensatingControls, ticket, at } = request;
  const lines = [
    ['severity', severity],
    ['file', file ?? 'all files'],
    ['finding', fingerprint ?? 'all of the policy'],
    ['resource', resource],
    ['category', category],
    ['reason', reason],
    ...compensatingControls.map((control) => ['control', control]),
    ['ticket', ticket],
    ['asked', at],
  ] as const;
  return lines
    .filter(([, value]) => value !== null)
    .map(([name = '', value]) => `  ${name.padEnd(9)} ${printable(value ?? '')}\n`)
    .join('');
}

function approvalLine({ who, expiresAt, maxUses }: GivenApproval): string {
  const uses = maxUses === null ? '' : `, ${maxUses} uses`;
  return `  ${printable(`approved  by ${who} until ${expiresAt}${uses}`)}\n`;
}

function pathOf(id: string, what: string): string {
  return `${hubPaths.exceptions}/${encodeURIComponent(id)}/${what}`;
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(`${option} ${text}: give a number from 1 on`);
}

function now(): string {
  return new Date().toISOString();
}
