/** Why something from the hub, or from the copy of it on this disk, is not believed: in words that say what to do. */

export type RefusalCode =
  /** Older than what was seen. */
  | 'rollback'
  /** Ran out. */
  | 'frozen'
  /** Too few signatures. */
  | 'unsigned'
  /** Signed by a key that may not, or may not any more. */
  | 'notEntitled'
  /** One key or signature that would count twice. */
  | 'duplicateKey'
  /** Parts that do not belong together. */
  | 'mixed'
  /** A role signed what it may not. */
  | 'wrongPath'
  /** Bytes that are not those that were signed for. */
  | 'tampered'
  | 'oversized'
  | 'slow'
  | 'missing'
  | 'unreadable'
  /** Verified, and of no use. */
  | 'unusable';

/** Thrown while verifying, and caught once per round: what was in force before stays in force. */
export class TrustRefusal extends Error {
  override name = 'TrustRefusal';
  readonly code: RefusalCode;
  /** The role, or the target's path. */
  readonly subject: string;

  constructor(code: RefusalCode, subject: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.subject = subject;
  }
}

export const refuse = {
  rollback: (role: string, offered: number, seen: number) =>
    new TrustRefusal(
      'rollback',
      role,
      `${role}: version ${offered} is offered, and this device has seen ${seen}. Somebody serves an old copy, or the hub was restored from one: it has to publish above version ${seen}`,
    ),
  vanished: (role: string, seen: number) =>
    new TrustRefusal(
      'rollback',
      role,
      `${role}: this device has seen version ${seen}, and the hub's snapshot does not name the role any more. Ask who runs the hub to publish it again`,
    ),
  takenBack: (path: string, { id, revokedAt }: { readonly id: string; readonly revokedAt: string }) =>
    new TrustRefusal(
      'rollback',
      path,
      `${path}: exception ${id} would hold again, and this device has seen that it was revoked at ${revokedAt}. Ask the approvers who signed that; one of them has to revoke it again, also where the hub was restored from an old copy`,
    ),
  frozen: (role: string, expires: string, at: number) =>
    new TrustRefusal(
      'frozen',
      role,
      `${role}: it ran out at ${expires}, and here it is ${new Date(at).toISOString()}. Check the clock of this machine; if it is right, the hub has stopped signing or an old copy is replayed: ask who runs it`,
    ),
  unsigned: (role: string, have: number, need: number) =>
    new TrustRefusal(
      'unsigned',
      role,
      `${role}: ${have} of the ${need} signatures that it needs are good. It takes effect once enough of those who may have signed it`,
    ),
  notEntitled: (role: string, key: string, have: number, need: number) =>
    new TrustRefusal(
      'notEntitled',
      role,
      `${role}: key ${short(key)} has signed and is not, or not any more, entitled to; that leaves ${have} of ${need} signatures. Somebody who is entitled has to sign it`,
    ),
  duplicateKey: (role: string, what: string) =>
    new TrustRefusal(
      'duplicateKey',
      role,
      `${role}: ${what}, so that one person could count as two. The keys' list has to be signed anew without it`,
    ),
  mixed: (role: string, offered: number | string, named: number | string, by: string) =>
    new TrustRefusal(
      'mixed',
      role,
      `${role}: ${offered} is offered where ${by} names ${named}. Parts of different publications are mixed: try again, and ask who runs the hub if it stays so`,
    ),
  wrongPath: (role: string, path: string) =>
    new TrustRefusal(
      'wrongPath',
      path,
      `${path}: role ${role} has signed it and may not. Either it is an attack or the delegation is wrong: ask who approves policies`,
    ),
  tampered: (path: string) =>
    new TrustRefusal(
      'tampered',
      path,
      `${path}: these are not the bytes that were signed for. Try again; if it stays so, something between here and the hub changes them`,
    ),
  oversized: (file: string, maxBytes: number) =>
    new TrustRefusal(
      'oversized',
      file,
      `${file}: more than ${maxBytes} bytes, so the rest was not read. The hub does not send so much: something else answers in its place`,
    ),
  endless: (role: string, most: number) =>
    new TrustRefusal(
      'oversized',
      role,
      `${role}: there are more than ${most} of them, and no end in sight, so the rest was not read. Ask who runs the hub`,
    ),
  slow: (file: string) =>
    new TrustRefusal(
      'slow',
      file,
      `${file}: it did not arrive in time. The network or the hub is too slow; it is tried again`,
    ),
  missing: (file: string) =>
    new TrustRefusal('missing', file, `${file}: the hub does not have it. Ask who runs the hub to publish again`),
  unreadable: (file: string, why: string, cause?: unknown) =>
    new TrustRefusal(
      'unreadable',
      file,
      `${file}: ${why}. Something else than the hub answers, or it speaks a form that this Kerb does not know: update Kerb, else ask who runs the hub`,
      { cause },
    ),
  unusable: (path: string, why: string) =>
    new TrustRefusal('unusable', path, `${path}: ${why}. It has to be published again under a higher number`),
};

function short(key: string): string {
  return key.length > 12 ? `${key.slice(0, 12)}…` : key;
}
