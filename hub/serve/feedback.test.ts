/** What people say of findings: taken once, signed by their device, for those who answer for policies, on each database. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { FindingFeedback } from '../../engine/index.ts';
import { databases } from '../../test/hub/databases.ts';
import { decision, uuid } from '../../test/hub/device.ts';
import { actsOf, foundOrganisation, publish } from '../../test/hub/organisation.ts';
import { type EnrolledDevice, enrol, type TestHub, withHub } from '../../test/hub/running.ts';
import { sha256Hex } from '../cryptography.ts';
import { concernsOf } from '../policies/concern.ts';
import { policyCatalogue, shownPolicy } from '../protocol/catalogue.ts';
import { feedbackList, feedbackPayloadType } from '../protocol/feedback.ts';
import { hubError, hubPaths } from '../protocol.ts';

const policy = 'kubernetes/privileged';
const text = (extension: string): string =>
  readFileSync(path.resolve(import.meta.dirname, `../../policies/${policy}.${extension}`), 'utf8');
const minuteMs = 60_000;

for (const { name, skip, start } of databases) {
  describe(`feedback on ${name}`, { skip }, () => {
    test('it is kept once, the last word on a finding counts, and only its own device’s signature makes it', () =>
      withHub(start, taken));
    test('the policy’s page shows how often it fires, what becomes of its findings, and what people say', () =>
      withHub(start, shown));
  });
}

async function taken(hub: TestHub): Promise<void> {
  const [laptop, desktop] = [await enrol(hub, 'laptop'), await enrol(hub, 'desktop')];
  const first = feedback({ comment: 'this is our agent' });
  assert.equal((await give(laptop, first)).status, 200);
  assert.equal((await give(laptop, first)).status, 200);
  assert.equal((await actsOf(hub)).filter((act) => act.startsWith('feedback.give')).length, 1);
  const second = { ...feedback({ complaint: 'unclear' }), at: new Date(Date.parse(first.at) + 1).toISOString() };
  await give(laptop, second);
  // What was said before, and comes late.
  await give(laptop, { ...first, id: uuid(Date.now()) });
  await give(desktop, feedback({ fingerprint: 'b'.repeat(32) }));
  const kept = await listed(hub);
  assert.deepEqual(kept.map(({ id, complaint, fingerprint }) => [id === second.id, complaint, fingerprint[0]]).sort(), [
    [false, 'wrong', 'b'],
    [true, 'unclear', 'a'],
  ]);
  assert.equal(await refusal(desktop, { ...first, id: second.id }), 'idTaken');
  assert.equal(await refusal(laptop, { ...first, complaint: 'bad' as 'wrong' }), 'invalid');
  assert.equal(await refusal(laptop, { ...first, policy: 'kubernetes/*' }), 'invalid');
  assert.equal(await refusal(laptop, { ...first, comment: 'x'.repeat(2_001) }), 'invalid');
  assert.equal(await refusal(laptop, { ...first, text: 'privileged: true' } as FindingFeedback), 'invalid');
  const foreign = desktop.seal(feedbackPayloadType, JSON.stringify(feedback()));
  const answer = await laptop.ask('POST', hubPaths.feedback, foreign);
  assert.equal(hubError.parse(await answer.json()).error.code, 'badSignature');
  assert.doesNotMatch(await (await hub.admin('GET', '/v1/log/export?from=0&limit=1000')).text(), /our agent/);
  await hub.store.deleteFeedbackBefore(1, Date.now() + minuteMs);
  assert.deepEqual(await listed(hub), []);
}

async function shown(hub: TestHub): Promise<void> {
  const [ada, bob] = await foundOrganisation(hub);
  const policies = { [`${policy}.yaml`]: text('yaml'), [`${policy}.md`]: text('md') };
  assert.ok(await publish(hub, [ada, bob], { policies }));
  const device = await enrol(hub);
  const found = (letter: string) => [{ ...decision(10).findings[0]!, fingerprint: letter.repeat(32) }];
  const now = Date.now() - 60 * minuteMs;
  const decide = (minute: number, changes: Parameters<typeof decision>[1]) =>
    decision(1, {
      at: new Date(now + minute * minuteMs).toISOString(),
      gate: 'commit',
      repository: 'shop',
      ...changes,
    });
  const denied = { effect: 'deny', passed: false } as const;
  const warned = { ...found('c')[0]!, enforcement: 'warn' } as const;
  const excepted = { ...found('d')[0]!, exception: { kind: 'suppression', id: null } } as const;
  const records = [
    decide(0, { ...denied, findings: found('a') }),
    decide(1, { ...denied, findings: [...found('a'), ...found('b')] }),
    decide(2, { findings: [warned, excepted] }),
    decide(3, { ...denied, findings: found('b') }),
    decide(4, { ...denied, findings: found('a'), repository: 'other' }),
    decide(5, { findings: [] }),
  ];
  assert.equal((await device.ask('POST', hubPaths.journal, device.batch(device.record(records)))).status, 200);
  for (const letter of ['a', 'b', 'c']) await give(device, feedback({ fingerprint: letter.repeat(32) }));
  const whole = shownPolicy.parse(await (await hub.admin('GET', `/v1/policies/${policy}`)).json());
  assert.deepEqual(whole.firing, { decisions: 5, of: 6 });
  // `a` and `b` in the shop are gone from what passed there, `c` passed, `a` of the other repository waits.
  assert.deepEqual(whole.outcome, { decisions: 5, fixed: 2, passed: 1, open: 1 });
  assert.deepEqual([whole.findings, whole.excepted, whole.complaints], [7, 1, { wrong: 3, unclear: 0 }]);
  assert.deepEqual(whole.concerns, ['disputed']);
  const { policies: all } = policyCatalogue.parse(await (await hub.admin('GET', '/v1/policies')).json());
  assert.deepEqual(all[0]?.concerns, ['disputed']);
}

test('a policy stands out where it is due, complained of, mostly excepted, or finds nothing for a month', () => {
  const now = Date.parse('2027-01-31T00:00:00.000Z');
  const since = { at: '2027-01-01T00:00:00.000Z' } as Parameters<typeof concernsOf>[0]['since'];
  const quiet = { findings: 20, excepted: 9, complaints: { wrong: 1, unclear: 1 }, isDueForReview: false, since };
  assert.deepEqual(concernsOf(quiet, now), []);
  assert.deepEqual(concernsOf({ ...quiet, isDueForReview: true }, now), ['due']);
  assert.deepEqual(concernsOf({ ...quiet, complaints: { wrong: 1, unclear: 2 } }, now), ['disputed']);
  assert.deepEqual(concernsOf({ ...quiet, excepted: 10 }, now), ['excepted']);
  assert.deepEqual(concernsOf({ ...quiet, findings: 0, excepted: 0 }, now), ['unused']);
  assert.deepEqual(concernsOf({ ...quiet, findings: 0, excepted: 0 }, now - 1), []);
});

function feedback(changes: Partial<FindingFeedback> = {}): FindingFeedback {
  return {
    ...{ id: uuid(Date.now()), at: new Date().toISOString(), policy, policySha256: sha256Hex(text('yaml')) },
    ...{ repository: 'github.com/acme/shop', fingerprint: 'a'.repeat(32), complaint: 'wrong', comment: null },
    by: 'ada@acme.example',
    ...changes,
  };
}

function give(device: EnrolledDevice, given: FindingFeedback): Promise<Response> {
  return device.ask('POST', hubPaths.feedback, device.seal(feedbackPayloadType, JSON.stringify(given)));
}

async function refusal(device: EnrolledDevice, given: FindingFeedback): Promise<string> {
  return hubError.parse(await (await give(device, given)).json()).error.code;
}

async function listed(hub: TestHub) {
  const answer = await hub.admin('GET', `${hubPaths.feedback}?policy=${encodeURIComponent(policy)}`);
  return feedbackList.parse(await answer.json()).feedback;
}
