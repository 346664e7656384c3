/** Which hub this device belongs to, and what it trusts of it: two small files below `home.hub`, apart from the copy. */
import path from 'node:path';
import * as z from 'zod';
import { labels } from '../../hub/protocol.ts';
import type { Home } from '../home.ts';
import { type PrivateRecord, readPrivateRecord, writePrivateFile } from './privateFile.ts';

const enrolmentSchema = z.strictObject({
  /** The hub's address, without a slash at the end. */
  hub: z.url({ protocol: /^https?$/ }).max(2_000),
  device: z.string().min(1).max(500),
  /** The key's JWK thumbprint (RFC 7638). */
  keyId: z.string().min(1).max(100),
  keptIn: z.enum(['file', 'secretService', 'keychain']),
  enrolledAt: z.int().min(0),
});
export type Enrolment = z.infer<typeof enrolmentSchema>;

const version = z.int().min(1);
const trustSchema = z.strictObject({
  root: z.strictObject({ version, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  seen: z.record(z.string().max(200), version),
  /** The bundle in force; null before the first. */
  version: version.nullable(),
  /** Exceptions that were seen revoked, by id; see `Revocations`. */
  revoked: z.record(z.string().max(500), z.strictObject({ revokedAt: z.string(), expiresAt: z.string() })).optional(),
  /** As the hub last gave them. */
  labels,
  /** When the hub was last seen with everything in order, in milliseconds since 1970; null before the first time. */
  refreshedAt: z.int().min(0).nullable(),
});
/** What a device remembers of its hub. Lost or damaged, it has to be enrolled again: nothing else may stand in for it. */
export type Trust = z.infer<typeof trustSchema>;

export function readEnrolment(home: Home): PrivateRecord<Enrolment> {
  return readPrivateRecord(home.enrolment, enrolmentSchema);
}

export function writeEnrolment(home: Home, enrolment: Enrolment): void {
  writePrivateFile(home.enrolment, `${JSON.stringify(enrolment, null, 2)}\n`);
}

export function readTrust(home: Home): PrivateRecord<Trust> {
  return readPrivateRecord(trustFile(home), trustSchema);
}

export function writeTrust(home: Home, trust: Trust): void {
  writePrivateFile(trustFile(home), `${JSON.stringify(trust, null, 2)}\n`);
}

/** Where the copy of the hub's repository lies. */
export function copyFolder(home: Home): string {
  return path.join(home.cache, 'hub');
}

function trustFile(home: Home): string {
  return path.join(home.hub, 'trust.json');
}
