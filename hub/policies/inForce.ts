/** The policies in force, as the hub reads them for its own decisions. */
import {
  type Bundle,
  defaultExceptionTerms,
  type ExceptionTerms,
  readBundle,
  readOrganisationRules,
} from '../../engine/index.ts';
import { bundleTarget, bundleVersionOf, type Sealed } from '../protocol.ts';
import type { Desk } from './ruling.ts';
import { type SignedTargets, targetName } from './shelf.ts';

/** The newest bundle; null before the first. */
export function newestBundle(desk: Desk, targets: SignedTargets | null): Promise<Bundle | null> {
  return bundleNumbered(desk, targets, newestNumber(targets));
}

/** A bundle that is in force, for everybody or in a rollout; null where this one is not. */
export async function bundleNumbered(
  desk: Desk,
  targets: SignedTargets | null,
  number: number,
): Promise<Bundle | null> {
  const text = await readTarget(desk, targets, bundleTarget(number));
  const bundle = text === null ? null : readBundle(text);
  return typeof bundle === 'string' ? null : bundle;
}

/** What the organisation allows of exceptions. */
export async function exceptionTerms(desk: Desk, targets: SignedTargets | null): Promise<ExceptionTerms> {
  const bundle = await newestBundle(desk, targets);
  if (bundle === null) return defaultExceptionTerms;
  const { rules } = readOrganisationRules({ path: 'organisation.yaml', text: bundle.organisation });
  return rules?.exceptions ?? defaultExceptionTerms;
}

/** The number of the newest bundle; 0 before the first. */
export function newestNumber(targets: SignedTargets | null): number {
  const numbers = Object.keys(targets?.file.signed.targets ?? {}).map(bundleVersionOf);
  return Math.max(0, ...numbers.map((number) => number ?? 0));
}

/** What is signed for of a bundle that is in force. */
export function signedBundle(targets: SignedTargets | null, number: number): Sealed & { readonly number: number } {
  const target = targets?.file.signed.targets[bundleTarget(number)];
  if (target?.hashes.sha256 === undefined) throw new Error(`bundle ${number} is not in force`);
  return { number, length: target.length, sha256: target.hashes.sha256 };
}

/** The text of a target as it is signed for; null where none is. */
export async function readTarget(
  { publications, tenant }: Desk,
  signed: SignedTargets | null,
  path: string,
): Promise<string | null> {
  const sha256 = signed?.file.signed.targets[path]?.hashes.sha256;
  const bytes = sha256 === undefined ? null : await publications.publishedFile(tenant, targetName(path, sha256));
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}
