/**
 * Revocations only grow. One person signs the document of exceptions, so that an approver who has the hub as well could show
 * it without a revocation; whoever has seen that revocation does not believe it.
 */
import { type ApprovedException, readExceptions } from './approved.ts';

/** A revocation that was seen, by the exception's id. Instants are ISO 8601 in UTC, to the millisecond. */
interface Revocation {
  readonly revokedAt: string;
  /** The latest end that the exception was ever seen with: until then it could be brought back. */
  readonly expiresAt: string;
}

export type Revocations = Readonly<Record<string, Revocation>>;

export type RevocationReading =
  | { readonly kind: 'grown'; readonly revocations: Revocations }
  /** An exception that was seen revoked would hold. */
  | { readonly kind: 'takenBack'; readonly id: string; readonly revokedAt: string };

/**
 * What is known of revocations once `text`, an `exceptions.json`, is believed at `atMs`. An exception that is left out holds
 * no more anyhow, and its revocation is remembered.
 */
export function revocationsWith(seen: Revocations, text: string, atMs: number): RevocationReading {
  const { exceptions } = readExceptions(text);
  const known = new Map(Object.entries(seen));
  for (const { id, revokedAt, expiresAt } of exceptions) {
    const before = known.get(id);
    if (before !== undefined && holdsLater({ revokedAt, expiresAt }, before, atMs))
      return { kind: 'takenBack', id, revokedAt: before.revokedAt };
    if (revokedAt === null) continue;
    const latestEnd = before !== undefined && before.expiresAt > expiresAt ? before.expiresAt : expiresAt;
    known.set(id, { revokedAt: before?.revokedAt ?? revokedAt, expiresAt: latestEnd });
  }
  const lasting = [...known].filter(([, { expiresAt }]) => Date.parse(expiresAt) > atMs);
  return { kind: 'grown', revocations: Object.fromEntries(lasting) };
}

/** Whether it would hold at `atMs` or after. A revocation that was lost with the hub's database and said again is a later one. */
function holdsLater(
  { revokedAt, expiresAt }: Pick<ApprovedException, 'revokedAt' | 'expiresAt'>,
  before: Revocation,
  atMs: number,
): boolean {
  if (Date.parse(expiresAt) <= atMs) return false;
  return revokedAt === null || Date.parse(revokedAt) > Math.max(Date.parse(before.revokedAt), atMs);
}
