/**
 * Bearer tokens of people and robots: `kerb_` and 43 characters of chance, then six of checksum, so that a scanner of
 * repositories can tell a leaked one from noise. The hub keeps the hash alone.
 */
import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../cryptography.ts';

export interface MintedToken {
  /** Shown once. */
  readonly token: string;
  readonly hash: string;
}

export function mintToken(): MintedToken {
  const secret = randomBytes(32).toString('base64url');
  const token = `kerb_${secret}${checksum(secret)}`;
  return { token, hash: sha256Hex(token) };
}

/** The hash that a token is known by; null where its checksum says that it is none, before any database is asked. */
export function tokenHash(token: string): string | null {
  const match = /^kerb_([\w-]{43})([0-9a-f]{6})$/.exec(token);
  return match !== null && checksum(match[1]!) === match[2] ? sha256Hex(token) : null;
}

function checksum(secret: string): string {
  return sha256Hex(`kerb token ${secret}`).slice(0, 6);
}
