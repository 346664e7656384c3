/** What an approver signs: the exception that was asked for and nothing more, and whom it may be signed by. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { globMatcher } from '../policy/glob.ts';
import { type ApprovedException, formatExceptions, readExceptions } from './approved.ts';
import { grantedException, nextExceptions } from './grant.ts';
import { isSamePerson } from './person.ts';
import type { ExceptionRequest } from './request.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-11-01T00:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

const request: ExceptionRequest = {
  ...{ id: 'R-1', at: iso(start), policy: 'k/privileged', severity: 'high', repository: 'github.com/acme/shop' },
  ...{ file: 'deploy/web.yaml', fingerprint: 'a'.repeat(32), resource: 'Pod/web', category: 'mitigated' },
  ...{ reason: 'the agent needs it', compensatingControls: ['its own nodes'], ticket: 'SEC-7' },
  ...{ requestedBy: 'ada@acme.example', expiresAt: iso(start + 20 * dayMs), baseCommit: null },
};
const approval = { who: 'bob', role: 'approver', keyid: 'k', at: iso(start + dayMs) };
const grant = { approvals: [approval], expiresAt: iso(start + 9 * dayMs), maxUses: 3 } as const;

function granted(changes: Partial<ExceptionRequest> = {}): ApprovedException {
  return grantedException({ ...request, ...changes }, grant);
}

test('what is granted is read again as it is, from the approval on until its end', () => {
  const exception = granted();
  assert.deepEqual(readExceptions(formatExceptions([exception])), { exceptions: [exception], problems: [] });
  assert.deepEqual([exception.notBefore, exception.expiresAt], [approval.at, grant.expiresAt]);
  assert.deepEqual([exception.fingerprints, exception.compensatingControls], [['a'.repeat(32)], ['its own nodes']]);
});

test('a file that was asked for is that file alone, whatever is in its name', () => {
  const segment = fc.stringMatching(/^[a-c*?[\]\\!{}. -]{1,6}$/).filter((text) => !/^\.+$/.test(text));
  const file = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
  fc.assert(
    fc.property(file, file, (asked, other) => {
      const isMeant = globMatcher(granted({ file: asked }).scope.paths);
      assert.ok(isMeant(asked));
      // As in .gitignore, what is named as a folder is all in it: a file is none.
      assert.equal(isMeant(other), other === asked || other.startsWith(`${asked}/`));
    }),
    { numRuns: 5_000 },
  );
});

test('a step adds one, ends one, or leaves all; what ended a month ago goes', () => {
  const [old, other] = [granted({ id: 'R-0' }), granted({ id: 'R-2' })];
  const at = iso(start + 10 * dayMs);
  const ids = (exceptions: readonly ApprovedException[]) => exceptions.map(({ id, revokedAt }) => `${id} ${revokedAt}`);
  assert.deepEqual(ids(nextExceptions([old], { kind: 'grant', exception: other }, at)), ['R-0 null', 'R-2 null']);
  assert.deepEqual(ids(nextExceptions([old, other], { kind: 'revoke', id: 'R-2' }, at)), ['R-0 null', `R-2 ${at}`]);
  assert.deepEqual(nextExceptions([old, other], { kind: 'renew' }, at), [old, other]);
  const [lastSeen, gone] = [start + 39 * dayMs - 1, start + 39 * dayMs];
  assert.equal(nextExceptions([old], { kind: 'renew' }, iso(lastSeen)).length, 1);
  assert.equal(nextExceptions([old], { kind: 'renew' }, iso(gone)).length, 0);
  const revoked = { ...old, revokedAt: iso(start + 2 * dayMs) };
  assert.equal(nextExceptions([revoked], { kind: 'renew' }, iso(start + 32 * dayMs)).length, 0);
});

test('a name and an address may be one person’s; two addresses are two', () => {
  const cases = [
    ['ada', 'ada', true],
    ['ada', 'Ada@acme.example', true],
    ['Ada Example <ada@acme.example>', 'ada', true],
    ['ada@acme.example', 'Ada <ADA@acme.example>', true],
    ['ada@acme.example', 'ada@other.example', false],
    ['ada', 'bob@acme.example', false],
    ['ada', 'bob', false],
  ] as const;
  for (const [a, b, isSame] of cases) {
    assert.equal(isSamePerson(a, b), isSame, `${a} ${b}`);
    assert.equal(isSamePerson(b, a), isSame, `${b} ${a}`);
  }
});
