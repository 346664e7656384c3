/**
 * The exceptions in force, and the next document of them. It is made here from what is published, and an approver's signature
 * fits it or does not: the hub signs nothing, and nothing that the approver did not make as well is published.
 */
import {
  type ApprovedException,
  type ApproverKey,
  type ApproverKeys,
  type ExceptionStep,
  formatExceptions,
  nextExceptions,
  readExceptions,
} from '../../engine/index.ts';
import { sha256Hex, verifyBytes } from '../cryptography.ts';
import { readTarget } from '../policies/inForce.ts';
import { delegatesOf, draftWith, isSignedFor, ownerOf, publicKeyIn, serialised } from '../policies/metadata.ts';
import { type Desk, type Refused, refused } from '../policies/ruling.ts';
import { nextEnd, readShelf, type Shelf, type SignedTargets, strangeKeys, targetFile } from '../policies/shelf.ts';
import { type ExceptionRenewal, exceptionsTarget, maxApproverSkewMs, proposedExceptions } from '../protocol.ts';
import type { Change } from '../store/store.ts';

/** Somebody whose key may sign exceptions, and what they would sign on. */
export interface Signer {
  readonly kind: 'signer';
  readonly owner: string;
  /** Of all who may sign exceptions. */
  readonly keys: ApproverKeys;
  readonly shelf: Shelf & { readonly targets: SignedTargets };
  readonly exceptions: readonly ApprovedException[];
}

/** Whose signature this would be. Which keys may sign is the published policies' word. */
export async function signerOf(
  desk: Desk,
  { keyId, at }: Pick<ExceptionRenewal, 'keyId' | 'at'>,
): Promise<Signer | Refused> {
  const shelf = await readShelf(desk);
  const { targets } = shelf;
  if (targets === null) return refused(409, 'noPolicies', 'no policies are published yet, and they say who approves');
  const keys = approverKeys(targets);
  const owner = keys.get(keyId)?.owner;
  if (owner === undefined) return refused(403, 'noApprover', 'this key is none of those that may sign exceptions');
  if (Math.abs(Date.parse(at) - desk.now) > maxApproverSkewMs)
    return refused(422, 'clock', `your clock says ${at}, and the hub's ${new Date(desk.now).toISOString()}`);
  const text = await readTarget(desk, shelf.exceptions, exceptionsTarget);
  return {
    kind: 'signer',
    ...{ owner, keys },
    shelf: { ...shelf, targets },
    exceptions: text === null ? [] : readExceptions(text).exceptions,
  };
}

/** The keys of those who may sign exceptions, as the published policies say. */
function approverKeys({ file }: SignedTargets): ApproverKeys {
  const entries = Object.entries(delegatesOf(file, 'exceptions').keys).flatMap(([id, key]) => {
    const [owner, publicKey] = [ownerOf(key), publicKeyIn(key)];
    if (owner === null || publicKey === null) return [];
    const hasSigned: ApproverKey['hasSigned'] = (message, signature) =>
      verifyBytes(publicKey, message, Buffer.from(signature, 'base64'));
    return [[id, { owner, hasSigned }] as const];
  });
  return new Map(entries);
}

/** Publishes the exceptions after a step, if that is what was signed. */
export async function signedStep(
  desk: Desk,
  { shelf, exceptions }: Signer,
  step: ExceptionStep,
  { keyId, signature, at }: ExceptionRenewal,
): Promise<Extract<Change, { kind: 'publish' }> | Refused> {
  const strange = strangeKeys(shelf, desk);
  if (strange !== null) return refused(409, 'otherKeys', strange);
  const text = formatExceptions(nextExceptions(exceptions, step, at));
  const version = (shelf.exceptions?.file.signed.version ?? 0) + 1;
  const document = { length: Buffer.byteLength(text), sha256: sha256Hex(text) };
  const draft = JSON.stringify(proposedExceptions({ version, at, document }));
  const metadata = draftWith(draft, [{ keyId, signature }]);
  if (!isSignedFor('exceptions', metadata, shelf.targets.file))
    return refused(409, 'outdated', 'this is not what was signed: another decision may have come first, so look again');
  const name = `metadata/${version}.exceptions.json`;
  const signed = { name, role: 'exceptions', version, bytes: serialised(metadata) } as const;
  const target = targetFile(exceptionsTarget, version, text);
  // The same exceptions, signed anew, are there already.
  const isThere = (await desk.publications.publishedFile(desk.tenant, target.name)) !== null;
  return { kind: 'publish', files: [...(isThere ? [] : [target]), signed, ...nextEnd(shelf, signed, desk)] };
}
