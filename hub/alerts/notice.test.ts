/** Who is told what, and how often. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, Notice, Receiver, Silence } from '../store/query/alert.ts';
import { type Condition, conditionId } from './condition.ts';
import { messageFor } from './message.ts';
import { dueGroups, groupMs, silenceOf } from './notice.ts';
import { changedAlerts } from './round.ts';

const webhook: Receiver = { id: 'w', name: 'hook', form: 'webhook', url: 'https://hook.example/x', kinds: [] };
const minute = 60_000;

test('an alert is the same for as long as it holds, and begins anew when it comes back', () => {
  const condition: Condition = {
    kind: 'bypass',
    labels: { repository: 'shop' },
    summary: '1 commit',
    records: ['r1'],
    figures: null,
  };
  const id = conditionId(condition);
  const [first] = changedAlerts([], [condition], 1_000);
  assert.deepEqual(first, { ...condition, id, since: 1_000, resolvedAt: null });
  assert.deepEqual(changedAlerts([first!], [condition], 2_000), []);
  const more = { ...condition, summary: '2 commits' };
  assert.deepEqual(changedAlerts([first!], [more], 3_000), [{ ...first, summary: '2 commits' }]);
  const [resolved] = changedAlerts([first!], [], 4_000);
  assert.deepEqual(resolved, { ...first, resolvedAt: 4_000 });
  assert.deepEqual(changedAlerts([resolved!], [], 5_000), []);
  assert.deepEqual(changedAlerts([resolved!], [condition], 6_000), [{ ...first, since: 6_000 }]);
});

test('what comes within minutes goes out together, is said once, and is said again hours later', () => {
  const world = createWorld();
  world.alerts = [alert('a', 'bypass'), alert('b', 'bypass')];
  assert.deepEqual(world.due(0), ['bypass a,b ']);
  world.alerts = [...world.alerts, alert('c', 'bypass'), alert('d', 'staleDevice')];
  assert.deepEqual(world.due(minute), ['staleDevice d ']);
  assert.deepEqual(world.due(groupMs), ['bypass a,b,c ']);
  for (let at = groupMs; at < 240 * minute; at += minute) assert.deepEqual(world.due(at), []);
  assert.deepEqual(world.due(groupMs + 240 * minute), ['bypass a,b,c ', 'staleDevice d ']);
});

test('whoever was told that it holds is told that it does no more, once', () => {
  const world = createWorld();
  world.alerts = [alert('a', 'bypass')];
  world.due(0);
  world.alerts = [
    { ...alert('a', 'bypass'), resolvedAt: 5 },
    { ...alert('b', 'bypass'), resolvedAt: 6 },
  ];
  assert.deepEqual(world.due(groupMs), ['bypass  a']);
  assert.deepEqual(world.due(3 * groupMs), []);
});

test('what begins and ends between two notices is not told of', () => {
  const world = createWorld();
  world.alerts = [{ ...alert('a', 'bypass'), resolvedAt: 5 }];
  assert.deepEqual(world.due(0), []);
});

test('a silence holds back what it names, until it ends', () => {
  const world = createWorld();
  world.alerts = [alert('a', 'bypass', { repository: 'shop' }), alert('b', 'bypass', { repository: 'bank' })];
  const silence = {
    id: 's',
    kind: null,
    labels: { repository: 'shop' },
    reason: 'known',
    by: 'ada',
    expiresAt: groupMs,
  };
  world.silences = [silence];
  assert.deepEqual(world.due(0), ['bypass b ']);
  assert.deepEqual(world.due(groupMs), ['bypass a,b ']);
  const [shop, bank] = world.alerts;
  assert.equal(silenceOf(shop!, [silence], 0)?.id, 's');
  assert.equal(silenceOf(bank!, [silence], 0), null);
  assert.equal(silenceOf(shop!, [{ ...silence, kind: 'staleDevice' }], 0), null);
  assert.equal(silenceOf(shop!, [{ ...silence, labels: { constructor: 'x' } }], 0), null);
});

test('a receiver hears of the kinds that it asked for, and an Alertmanager before it lets go', () => {
  const world = createWorld({ ...webhook, form: 'alertmanager', kinds: ['bypass'] });
  world.alerts = [alert('a', 'bypass'), alert('b', 'staleDevice')];
  assert.deepEqual(world.due(0), ['bypass a ']);
  assert.deepEqual(world.due(groupMs), ['bypass a ']);
});

test('each form is the one that its receiver documents', () => {
  const [firing, resolved] = [
    alert('a', 'bypass', { repository: 'shop' }),
    { ...alert('b', 'bypass'), resolvedAt: 9_000 },
  ];
  const group = { kind: 'bypass', firing: [firing], resolved: [resolved], digest: '' } as const;
  const origin = { tenant: 'acme', url: 'https://hub.example', now: 10_000 };
  const hook = messageFor(webhook, group, origin).body as { version: string; status: string; alerts: object[] };
  assert.deepEqual([hook.version, hook.status], ['4', 'firing']);
  assert.deepEqual(hook.alerts[0], {
    status: 'firing',
    labels: { alertname: 'bypass', repository: 'shop', source: 'kerb', tenant: 'acme' },
    annotations: { summary: 'summary of a', records: 'r1' },
    startsAt: '1970-01-01T00:00:01.000Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'https://hub.example',
    fingerprint: 'a',
  });
  const manager = messageFor({ ...webhook, form: 'alertmanager', url: 'https://am.example/' }, group, origin);
  assert.equal(manager.url, 'https://am.example/api/v2/alerts');
  const [sent, ended] = manager.body as { endsAt: string; labels: Record<string, string> }[];
  assert.deepEqual([sent?.endsAt, ended?.endsAt], ['1970-01-01T00:10:10.000Z', '1970-01-01T00:00:09.000Z']);
  const evil = { ...firing, summary: 'in <!channel> & <https://evil.example|shop>' };
  const slack = messageFor({ ...webhook, form: 'slack' }, { ...group, firing: [evil], resolved: [] }, origin);
  assert.equal(
    (slack.body as { text: string }).text,
    '*bypass* at acme: 1 firing, 0 resolved\n• in &lt;!channel&gt; &amp; &lt;https://evil.example|shop&gt;\n<https://hub.example>',
  );
});

/** A receiver that is told what is due, every time. */
function createWorld(receiver: Receiver = webhook) {
  const notices = new Map<string, Notice>();
  return {
    alerts: [] as readonly Alert[],
    silences: [] as readonly Silence[],
    due(now: number): readonly string[] {
      const groups = dueGroups(receiver, [...notices.values()], { ...this, now });
      for (const { kind, digest, firing } of groups) {
        const told = firing.map(({ id }) => id);
        notices.set(kind, { receiver: receiver.id, kind, sentAt: now, digest, told, failure: null });
      }
      const ids = (all: readonly Alert[]): string => all.map(({ id }) => id).join();
      return groups.map(({ kind, firing, resolved }) => `${kind} ${ids(firing)} ${ids(resolved)}`);
    },
  };
}

function alert(id: string, kind: Alert['kind'], labels: Alert['labels'] = {}): Alert {
  return {
    id,
    kind,
    labels,
    summary: `summary of ${id}`,
    records: ['r1'],
    figures: null,
    since: 1_000,
    resolvedAt: null,
  };
}
