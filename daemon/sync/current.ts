/** What governs at the moment: the copy on this disk, verified anew, without a network. */
import type { CurrentOrganisation } from '../../engine/index.ts';
import type { Home } from '../home.ts';
import { copyFolder, type Enrolment, readEnrolment, readTrust, type Trust } from './enrolment.ts';
import { copySource } from './tuf/copy.ts';
import { TrustRefusal } from './tuf/refusal.ts';
import { type Verified, verifyRepository } from './tuf/verify.ts';

/** An enrolled device, one that is not, or one whose own notes cannot be relied on. */
export type Standing =
  | { readonly kind: 'enrolled'; readonly enrolment: Enrolment; readonly trust: Trust }
  | { readonly kind: 'none' }
  | { readonly kind: 'problem'; readonly message: string };

export function readStanding(home: Home): Standing {
  const enrolment = readEnrolment(home);
  if (enrolment.kind !== 'record') return enrolment;
  const trust = readTrust(home);
  if (trust.kind === 'problem') return trust;
  if (trust.kind === 'none')
    return { kind: 'problem', message: 'this device does not know any more what it trusts: run `kerb enroll` again' };
  return { kind: 'enrolled', enrolment: enrolment.value, trust: trust.value };
}

/**
 * The organisation that governs this device; null where it belongs to none. The time that counts is that of the last
 * contact, which is remembered apart from the copy; how old that is, is for `isStale` to say.
 */
export async function currentOrganisation(home: Home): Promise<CurrentOrganisation> {
  const standing = readStanding(home);
  if (standing.kind === 'none') return null;
  if (standing.kind === 'problem') return standing;
  const { refreshedAt, version } = standing.trust;
  if (refreshedAt === null)
    return {
      kind: 'problem',
      message: `the policies of ${standing.enrolment.hub} have never arrived: run \`kerb sync\``,
    };
  if (version === null) return null;
  try {
    return (await verifyCopy(home, standing, refreshedAt)).organisation;
  } catch (error) {
    const why = error instanceof TrustRefusal ? error.message : `it cannot be read (${String(error)})`;
    return {
      kind: 'problem',
      message: `the copy of the organisation's policies on this disk is not believed: ${why}. \`kerb sync\` fetches it anew`,
    };
  }
}

function verifyCopy(
  home: Home,
  { enrolment, trust }: Extract<Standing, { kind: 'enrolled' }>,
  at: number,
): Promise<Verified> {
  const device = { id: enrolment.device, labels: trust.labels };
  return verifyRepository(copySource(copyFolder(home)), { trust, device, version: trust.version, at });
}
