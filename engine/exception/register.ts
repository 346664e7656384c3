/** All approved exceptions of a device, found by policy; and the marks that they leave on findings. */
import type { Finding } from '../model.ts';
import type { ApprovedException } from './approved.ts';
import { type Circumstances, objectionTo, type PreparedException, prepareException } from './objection.ts';
import { isSamePerson } from './person.ts';

/** Approved exceptions, by the policies that they name. Made once for each document of them. */
export interface ExceptionRegister {
  readonly size: number;
  readonly all: readonly PreparedException[];
  /** Those that name a policy, its domain or all. The order says which one is told where several cover: the last to end. */
  of(policy: string): readonly PreparedException[];
}

/** Makes a register. */
export function registerExceptions(exceptions: readonly ApprovedException[]): ExceptionRegister {
  const all = exceptions.map(prepareException).sort(byEnd);
  const byName = new Map<string, PreparedException[]>();
  for (const prepared of all) {
    for (const name of new Set(prepared.exception.policies.map(({ id }) => id))) {
      byName.set(name, [...(byName.get(name) ?? []), prepared]);
    }
  }
  const known = new Map<string, readonly PreparedException[]>();
  return {
    size: all.length,
    all,
    of(policy) {
      let found = known.get(policy);
      if (found === undefined) {
        const names = [policy, `${policy.slice(0, policy.lastIndexOf('/'))}/*`, '*'];
        found = [...new Set(names.flatMap((name) => byName.get(name) ?? []))].sort(byEnd);
        known.set(policy, found);
      }
      return found;
    },
  };
}

/** Marks the findings that an exception covers. Those that none covers stay the very same. */
export function markApproved(
  findings: readonly Finding[],
  register: ExceptionRegister,
  circumstances: Circumstances,
): readonly Finding[] {
  if (register.size === 0) return findings;
  return findings.map((finding) => {
    const prepared = register
      .of(finding.policy)
      .find((candidate) => objectionTo(candidate, finding, circumstances) === null);
    return prepared === undefined ? finding : { ...finding, exception: markOf(prepared.exception) };
  });
}

/**
 * The first instant after `atMs` at which an exception begins or ends to hold; null where nothing more will happen. Until
 * then the same findings are covered.
 */
export function nextBoundary({ all }: ExceptionRegister, atMs: number): number | null {
  const later = boundariesOf(all).filter((boundary) => boundary > atMs);
  return later.length === 0 ? null : later.reduce((first, each) => Math.min(first, each));
}

/** The last instant, up to `atMs`, at which an exception began or ended to hold: between two of them nothing changes. */
export function lastBoundary({ all }: ExceptionRegister, atMs: number): number {
  return boundariesOf(all)
    .filter((boundary) => boundary <= atMs)
    .reduce((last, each) => Math.max(last, each), 0);
}

function boundariesOf(all: readonly PreparedException[]): readonly number[] {
  return all
    .flatMap(({ notBeforeMs, expiresAtMs, revokedAtMs }) => [notBeforeMs, expiresAtMs, revokedAtMs])
    .filter(Number.isFinite);
}

function markOf({ id, statement, expiresAt, approvals, requestedBy }: ApprovedException): Finding['exception'] {
  const approvedBy = [...new Set(approvals.map(({ who }) => who).filter((who) => !isSamePerson(who, requestedBy)))];
  return { kind: 'approved', id, reason: statement, until: expiresAt, approvedBy };
}

function byEnd(a: PreparedException, b: PreparedException): number {
  return b.expiresAtMs - a.expiresAtMs || (a.exception.id < b.exception.id ? -1 : 1);
}
