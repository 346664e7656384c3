/** A replay by owner: every group counts once for each who answers for its policy, in both directions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBundle } from '../../engine/index.ts';
import type { ReplayGroup } from '../protocol.ts';
import { byOwner, ownersIn } from './owners.ts';

const group = (policy: string, repository: string, allowToDeny: number, denyToAllow: number): ReplayGroup => ({
  ...{ policy, repository, gate: 'commit' },
  decisions: { allowToDeny, denyToAllow, toNoVerdict: 0, fromNoVerdict: 0 },
  findings: { added: allowToDeny, gone: denyToAllow, tightened: 0, loosened: 0 },
  fingerprints: { added: [], gone: [] },
});

test('groups are added up for each owner, the heaviest first, and none is lost for want of one', () => {
  const owners = new Map([
    ['a/one', ['team-a']],
    ['a/two', ['team-a', 'team-b']],
  ]);
  const groups = [
    ...[group('a/one', 'shop', 1, 0), group('a/two', 'shop', 2, 5), group('a/two', 'web', 0, 1)],
    group('b/unknown', 'web', 0, 1),
  ];
  assert.deepEqual(
    byOwner(groups, (policy) => owners.get(policy) ?? []).map(({ owner, policies, repositories, decisions }) => [
      ...[owner, policies, repositories, decisions.allowToDeny, decisions.denyToAllow],
    ]),
    [
      ['team-a', 2, 2, 3, 6],
      ['team-b', 1, 2, 2, 6],
      [null, 1, 1, 0, 1],
    ],
  );
});

test('owners are those of the text, and only what is asked for is read', () => {
  const text = (owner: string): string =>
    `title: t\nseverity: low\nwhy: w\nremedy: r\nowners: [${owner}]\nresource: text\nrequire: 'true'\nmessage: m\n`;
  const policies = { 'a/one.yaml': text('team-a'), 'a/other.yaml': text('team-b'), 'a/broken.yaml': ':' };
  const bundle = formatBundle({ version: 1, organisation: '', policies });
  assert.deepEqual([...ownersIn(bundle, new Set(['a/one', 'a/broken', 'a/gone']))], [['a/one', ['team-a']]]);
});
