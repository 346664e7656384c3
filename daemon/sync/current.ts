/** What governs at the moment: the copy on this disk, verified anew, without a network. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CurrentOrganisation, isStale, type VerifiedBundle } from '../../engine/index.ts';
import { type Home, homeFolder, openHome } from '../home.ts';
import { copyFolder, type Enrolment, readEnrolment, readTrust, type Trust } from './enrolment.ts';
import { TrustRefusal } from './tuf/refusal.ts';

/** An enrolled device, one that is not, or one whose own notes cannot be relied on. */
export type Standing =
  | { readonly kind: 'enrolled'; readonly enrolment: Enrolment; readonly trust: Trust }
  | { readonly kind: 'none' }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * What governs this user, for a command that may be the first of Kerb's that they ever called: nothing is made, and whoever
 * is not enrolled does not even have a home read.
 */
export async function readGoverningHere(): Promise<Governing> {
  if (!existsSync(path.join(homeFolder(), 'hub', 'enrolment.json'))) return ungoverned;
  const home = openHome();
  return home.kind === 'home' ? readGoverning(home) : refused(home.message);
}

export function readStanding(home: Home): Standing {
  const enrolment = readEnrolment(home);
  if (enrolment.kind !== 'record') return enrolment;
  const trust = readTrust(home);
  if (trust.kind === 'problem') return trust;
  if (trust.kind === 'none')
    return { kind: 'problem', message: 'this device does not know any more what it trusts: run `kerb enroll` again' };
  return { kind: 'enrolled', enrolment: enrolment.value, trust: trust.value };
}

/** What governs, and how fresh it is. */
export interface Governing {
  /** Null where this device belongs to no organisation. */
  readonly organisation: CurrentOrganisation;
  /** What it was read from, for others to read it again; null where there is none. */
  readonly bundle: VerifiedBundle | null;
  /** When it was last seen to be the newest, in milliseconds since 1970; null where that cannot be said. */
  readonly refreshedAt: number | null;
}

/** A device that belongs to no organisation. */
export const ungoverned: Governing = { organisation: null, bundle: null, refreshedAt: null };

/** Whether what governs is older than the organisation allows: decisions say so, and its settings say what gates do. */
export function isOutdated({ organisation, refreshedAt }: Governing, now: number): boolean {
  if (organisation === null) return false;
  return organisation.kind === 'problem' || refreshedAt === null || isStale(organisation.gates, { refreshedAt, now });
}

/**
 * Reads what governs from the copy on this disk. The time that counts for its terms is that of the last contact, which is
 * remembered apart from the copy.
 */
export async function readGoverning(home: Home): Promise<Governing> {
  const standing = readStanding(home);
  if (standing.kind === 'none') return ungoverned;
  if (standing.kind === 'problem') return refused(standing.message);
  const { hub } = standing.enrolment;
  const { refreshedAt, version } = standing.trust;
  if (refreshedAt === null) return refused(`the policies of ${hub} have never arrived: run \`kerb sync\``);
  if (version === null) return { ...ungoverned, refreshedAt };
  try {
    return { ...(await verifyCopy(home, standing, refreshedAt)), refreshedAt };
  } catch (error) {
    const why = error instanceof TrustRefusal ? error.message : `it cannot be read (${String(error)})`;
    return refused(
      `the copy of the organisation's policies on this disk is not believed: ${why}. \`kerb sync\` fetches it anew`,
    );
  }
}

function refused(message: string): Governing {
  return { ...ungoverned, organisation: { kind: 'problem', message } };
}

async function verifyCopy(
  home: Home,
  { enrolment, trust }: Extract<Standing, { kind: 'enrolled' }>,
  at: number,
): Promise<Pick<Governing, 'organisation' | 'bundle'>> {
  // Only who is enrolled needs it, and most commands are called by somebody who waits.
  const [{ copySource }, { verifyRepository }] = await Promise.all([
    import('./tuf/copy.ts'),
    import('./tuf/verify.ts'),
  ]);
  const device = { id: enrolment.device, labels: trust.labels };
  const source = copySource(copyFolder(home));
  const { organisation, bundle } = await verifyRepository(source, {
    ...{ trust, device, version: trust.version, revoked: trust.revoked, at },
  });
  return { organisation, bundle };
}

/** What tells two organisations apart: all that they say. */
export function identityOf({ organisation, bundle }: Governing): string {
  return JSON.stringify([bundle, organisation?.kind === 'problem' ? organisation.message : null]);
}
