/** A request for an exception, as a device hands it in. What nobody could grant is refused at once, in words for who asked. */
import { type ExceptionRequest, readExceptionRequest, refusalOf } from '../../engine/index.ts';
import { exceptionTerms } from '../policies/inForce.ts';
import { type Desk, type Ruling, refused } from '../policies/ruling.ts';
import { readShelf } from '../policies/shelf.ts';
import type { ExceptionRequestState } from '../protocol.ts';
import { plainText } from '../store/plainText.ts';
import type { AskedException } from '../store/query/exception.ts';

/** More than these of one device nobody reviews. */
const maxWaiting = 100;

/** Takes a request in: once, by its id. `text` is what the device signed. */
export async function ask(desk: Desk, device: string, text: string): Promise<Ruling<ExceptionRequestState>> {
  const request = readExceptionRequest(text);
  if (request === null || request.id.includes('\0'))
    return refused(400, 'invalid', 'this is no request for an exception');
  const { exceptions, tenant, now } = desk;
  const known = await exceptions.askedException(tenant, request.id);
  if (known !== null && (known.device !== device || known.text !== text))
    return refused(409, 'idTaken', `there is another request ${request.id}: ask anew`);
  if (known !== null) return { kind: 'done', value: requestState(known), deed: null };
  if ((await exceptions.exceptionsWaiting(tenant, device)) >= maxWaiting)
    return refused(409, 'tooMany', `${maxWaiting} requests of this device wait already: let them be decided first`);
  const refusal = await refusalOfRequest(desk, request);
  const asked = askedBy(device, request, { text, now, refusal });
  const { id, policy, repository, requestedBy, category, ticket } = request;
  const subject = { id, policy, repository, requestedBy, category, ticket, device, refusal };
  return {
    kind: 'done',
    value: requestState(asked),
    deed: { act: 'exception.request', subject, changes: [{ kind: 'askException', request: asked }] },
  };
}

/** Where a request stands, as its device hears it. */
export function requestState({ id, state, note }: Omit<AskedException, 'text'>): ExceptionRequestState {
  if (state === 'pending' || state === 'refused') return { id, state, reason: note, exception: null };
  // A revoked exception was granted: its signed document says the rest.
  return { id, state: 'granted', reason: null, exception: id };
}

async function refusalOfRequest(desk: Desk, request: ExceptionRequest): Promise<string | null> {
  if (request.repository.endsWith('/*')) return 'ask for one repository';
  const { targets } = await readShelf(desk);
  return refusalOf(request, { terms: await exceptionTerms(desk, targets), atMs: desk.now });
}

function askedBy(
  device: string,
  { id, policy, severity, repository, requestedBy, at, expiresAt }: ExceptionRequest,
  { text, now, refusal }: { readonly text: string; readonly now: number; readonly refusal: string | null },
): AskedException {
  const decided = refusal === null ? null : { decidedAt: now, decidedBy: 'hub' };
  return {
    ...{ id, device, text, policy, severity },
    ...{ repository: plainText(repository), requestedBy: plainText(requestedBy) },
    askedAt: Date.parse(at),
    expiresAt: Date.parse(expiresAt),
    state: refusal === null ? 'pending' : 'refused',
    decidedAt: decided?.decidedAt ?? null,
    decidedBy: decided?.decidedBy ?? null,
    note: refusal,
  };
}
