/** What TUF is there for: each way to feed a device something else is refused, in its own words, and the last good goes on. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import type { Bundle } from '../../../engine/index.ts';
import { createWorld, type World } from '../../../test/sync/device.ts';
import { createSigner, type Publication, type Signer, targetName, write } from '../../../test/sync/publication.ts';

const day = 86_400_000;
const bundle = (version: number): Bundle => ({ version, organisation: `ignore: [v${version}]\n`, policies: {} });
const exceptions = '{"schema":1,"exceptions":[]}\n';

interface Attack {
  readonly name: string;
  /** What the hub serves instead of its third publication. Two are known; the device has the second. */
  readonly serve: (third: Publication, world: World) => Publication | ReadonlyMap<string, Buffer>;
  readonly said: RegExp;
  /** `exceptions.json` of the second publication and what follows; default: none are excepted. */
  readonly excepted?: string;
}

const stranger = createSigner();
const publicationBefore = (world: World, version: number): Publication =>
  world.publish(version, { bundles: [bundle(version)], exceptions });

const attacks: readonly Attack[] = [
  {
    name: 'timestamp: rollback',
    serve: (third) => ({ ...third, timestamp: { ...third.timestamp, version: 1 } }),
    said: /^timestamp: version 1 is offered, and this device has seen 2\./,
  },
  {
    name: 'snapshot: rollback',
    serve: (third) => ({ ...third, snapshot: { ...third.snapshot, version: 1 } }),
    said: /^snapshot: version 1 is offered, and this device has seen 2\./,
  },
  {
    name: 'targets: rollback',
    serve: (third) => ({ ...third, targets: { ...third.targets, version: 1 } }),
    said: /^targets: version 1 is offered, and this device has seen 2\./,
  },
  {
    name: 'delegated role: rollback',
    serve: (third) => {
      const { exceptions: file } = third.delegated;
      assert.ok(file);
      return { ...third, delegated: { exceptions: { ...file, version: 1 } } };
    },
    said: /^exceptions: version 1 is offered, and this device has seen 2\./,
  },
  {
    name: 'delegated role: withheld',
    serve: (third) => ({ ...third, delegated: {} }),
    said: /^exceptions: this device has seen version 2, and the hub's snapshot does not name the role any more\./,
  },
  {
    name: 'a revocation that an approver and the hub take back',
    excepted: exceptedUntil('2026-11-28T08:00:00.000Z'),
    serve: (third) => withExceptions(third, exceptedUntil(null)),
    said: /^exceptions\.json: exception E-1 would hold again, and this device has seen that it was revoked at 2026-11-28T08:00:00\.000Z\./,
  },
  {
    name: 'a revocation that is put off',
    excepted: exceptedUntil('2026-11-28T08:00:00.000Z'),
    serve: (third) => withExceptions(third, exceptedUntil('2026-11-28T12:00:00.000Z')),
    said: /^exceptions\.json: exception E-1 would hold again/,
  },
  {
    name: 'root: rollback',
    serve: (third) => {
      const [root] = third.roots;
      assert.ok(root);
      const files = new Map(write(third));
      files.set('metadata/2.root.json', files.get('metadata/1.root.json') as Buffer);
      return files;
    },
    said: /^root: version 1 is offered, and this device has seen 1\./,
  },
  {
    name: 'bundle: an old one under new signatures',
    serve: (third, world) => ({
      ...third,
      targets: { ...third.targets, targets: publicationBefore(world, 1).targets.targets },
    }),
    said: /^policies: version 1 is offered, and this device has seen 2\./,
  },
  ...(['timestamp', 'snapshot', 'targets'] as const).map(
    (role): Attack => ({
      name: `${role}: freeze`,
      serve: (third, { clock }) => ({
        ...third,
        [role]: { ...third[role], expires: new Date(clock.at - 1).toISOString() },
      }),
      said: new RegExp(`^${role}: it ran out at 2026-11-28T.*Check the clock of this machine`),
    }),
  ),
  {
    name: 'delegated role: freeze',
    serve: (third, { clock }) => {
      const { exceptions: file } = third.delegated;
      assert.ok(file);
      return { ...third, delegated: { exceptions: { ...file, expires: new Date(clock.at - 1).toISOString() } } };
    },
    said: /^exceptions: it ran out at /,
  },
  {
    name: 'root: freeze',
    serve: (third, { clock }) => {
      const [root] = third.roots;
      assert.ok(root);
      return { ...third, roots: [root, { ...root, version: 2, expires: new Date(clock.at - 1).toISOString() }] };
    },
    said: /^root: it ran out at /,
  },
  {
    name: 'the hub says "nothing new" for ever',
    serve: (_, world) => {
      const frozen = world.hub.files;
      world.clock.at += 2 * day;
      return frozen;
    },
    said: /^timestamp: it ran out at /,
  },
  {
    name: 'targets: one signature less than the threshold',
    serve: (third) => ({ ...third, targets: { ...third.targets, signers: third.targets.signers.slice(0, 1) } }),
    said: /^targets: 1 of the 2 signatures that it needs are good\./,
  },
  {
    name: 'root: one signature less than the threshold',
    serve: (third) => {
      const [root] = third.roots;
      assert.ok(root);
      return { ...third, roots: [root, { ...root, version: 2, signers: root.signers.slice(1) }] };
    },
    said: /^root: 1 of the 2 signatures that it needs are good\./,
  },
  {
    name: 'timestamp: not signed at all',
    serve: (third) => ({ ...third, timestamp: { ...third.timestamp, signers: [] } }),
    said: /^timestamp: 0 of the 1 signatures that it needs are good\./,
  },
  {
    name: 'targets: signed by a stranger',
    serve: (third) => ({
      ...third,
      targets: { ...third.targets, signers: [...third.targets.signers.slice(0, 1), stranger] },
    }),
    said: /^targets: key \w{12}… has signed and is not, or not any more, entitled to; that leaves 1 of 2 signatures\./,
  },
  {
    name: 'targets: signed by an approver whom the new root has put out',
    serve: (third, { people }) => {
      const [root] = third.roots;
      const [gone, ...others] = people.approvers;
      assert.ok(root && gone);
      const rights = { ...root.rights, targets: { signers: [...others, createSigner()], threshold: 2 } };
      return { ...third, roots: [root, { ...root, version: 2, rights }] };
    },
    said: /^targets: key \w{12}… has signed and is not, or not any more, entitled to; that leaves 1 of 2 signatures\./,
  },
  {
    name: 'snapshot: signed with the key of the timestamp',
    serve: (third, { people }) => ({ ...third, snapshot: { ...third.snapshot, signers: [people.timestamp] } }),
    said: /^snapshot: key \w{12}… has signed and is not/,
  },
  {
    name: 'root: a new one that the old one’s people have not signed',
    serve: (third) => {
      const [root] = third.roots;
      assert.ok(root);
      const own = [stranger, createSigner()];
      const rights = { ...root.rights, root: { signers: own, threshold: 2 } };
      return { ...third, roots: [root, { ...root, version: 2, rights, signers: own }] };
    },
    said: /^root: key \w{12}… has signed and is not, or not any more, entitled to; that leaves 0 of 2 signatures\./,
  },
  {
    name: 'root: one key under two names makes two signers',
    serve: (third) => withTwin(third, (first) => first),
    said: /^root: role targets has one key under two names, so that one person could count as two\./,
  },
  {
    name: 'root: one key in two forms makes two signers',
    serve: (third) =>
      withTwin(third, (first) => ({
        ...first,
        publicHex: createPublicKey(first.privateKey).export({ type: 'spki', format: 'pem' }).toString(),
      })),
    said: /^root: role targets has one key under two names, so that one person could count as two\./,
  },
  {
    name: 'targets: one signature twice',
    serve: (third) =>
      withText(third, 'metadata/3.targets.json', (text) => {
        const file = JSON.parse(text);
        file.signatures = [file.signatures[0], file.signatures[0]];
        return JSON.stringify(file);
      }),
    said: /^targets: one key has signed twice, so that one person could count as two\./,
  },
  {
    name: 'root: a role names one key twice',
    serve: (third) => {
      const [root] = third.roots;
      assert.ok(root);
      const next = { ...third, roots: [root, { ...root, version: 2 }] };
      return withText(next, 'metadata/2.root.json', (text) => {
        const file = JSON.parse(text);
        const { keyids } = file.signed.roles.targets;
        file.signed.roles.targets.keyids = [keyids[0], keyids[0]];
        return JSON.stringify(file);
      });
    },
    said: /^root: a role names one key twice, so that one person could count as two\./,
  },
  {
    name: 'mix-and-match: the timestamp names another snapshot',
    serve: (third, world) => {
      const files = new Map(write(third));
      const second = write(publicationBefore(world, 2));
      files.set('metadata/3.snapshot.json', second.get('metadata/2.snapshot.json') as Buffer);
      return files;
    },
    said: /^snapshot: 2 is offered where the timestamp names 3\./,
  },
  {
    name: 'mix-and-match: the snapshot names other targets',
    serve: (third, world) => {
      const files = new Map(write(third));
      const second = write(publicationBefore(world, 2));
      files.set('metadata/3.targets.json', second.get('metadata/2.targets.json') as Buffer);
      return files;
    },
    said: /^targets: 2 is offered where the snapshot names 3\./,
  },
  {
    name: 'mix-and-match: another text with the same number, signed by the same people',
    serve: (third) => {
      const other = write({ ...third, targets: { ...third.targets, targets: { 'policies/4.json': 'x' } } });
      const files = new Map(write(third));
      files.set('metadata/3.targets.json', other.get('metadata/3.targets.json') as Buffer);
      return files;
    },
    said: /^targets: another text is offered where the snapshot names its hash\./,
  },
  {
    name: 'wrong delegation: the exceptions’ role signs policies',
    serve: (third) => {
      const { exceptions: file } = third.delegated;
      assert.ok(file);
      const targets = { ...file.targets, 'policies/9.json': 'x' };
      return { ...third, delegated: { exceptions: { ...file, targets } } };
    },
    said: /^policies\/9\.json: role exceptions has signed it and may not\./,
  },
  {
    name: 'wrong delegation: the exceptions’ role delegates what it does not have',
    serve: (third, { people }) => {
      const { exceptions: file } = third.delegated;
      assert.ok(file);
      const delegations = [{ name: 'deeper', signers: [stranger], threshold: 1, paths: ['policies/*'] }];
      const deeper = { ...file, signers: [stranger], targets: { 'policies/9.json': 'x' } };
      assert.ok(people);
      return { ...third, delegated: { exceptions: { ...file, delegations }, deeper } };
    },
    said: /^policies\/9\.json: role deeper has signed it and may not\./,
  },
  {
    name: 'target: changed on the way',
    serve: (third) => {
      const text = third.targets.targets['policies/3.json'] ?? '';
      return withText(third, targetName('policies/3.json', text), (body) => body.replace('v3', 'v0'));
    },
    said: /^policies\/3\.json: these are not the bytes that were signed for\./,
  },
  {
    name: 'target: cut off',
    serve: (third) => {
      const text = third.targets.targets['policies/3.json'] ?? '';
      return withText(third, targetName('policies/3.json', text), (body) => body.slice(0, 20));
    },
    said: /^policies\/3\.json: these are not the bytes that were signed for\./,
  },
  {
    name: 'target: not there',
    serve: (third) => {
      const files = new Map(write(third));
      files.delete(targetName('policies/3.json', third.targets.targets['policies/3.json'] ?? ''));
      return files;
    },
    said: /^policies\/3\.json: the hub does not have it\./,
  },
  {
    name: 'target: more than was signed for',
    serve: (third) => {
      const text = third.targets.targets['policies/3.json'] ?? '';
      return withText(third, targetName('policies/3.json', text), (body) => body + ' '.repeat(10_000));
    },
    said: /^targets\/policies\/\w+\.3\.json: more than \d+ bytes, so the rest was not read\./,
  },
  {
    name: 'timestamp: without end',
    serve: (third) => withText(third, 'metadata/timestamp.json', (text) => text + ' '.repeat(1_000_000)),
    said: /^metadata\/timestamp\.json: more than 16384 bytes, so the rest was not read\./,
  },
  {
    name: 'roots without end',
    serve: (third) => {
      const [root] = third.roots;
      assert.ok(root);
      return { ...third, roots: Array.from({ length: 100 }, (_, index) => ({ ...root, version: index + 1 })) };
    },
    said: /^root: there are more than 64 of them, and no end in sight/,
  },
  {
    name: 'roles without end',
    serve: (third) => {
      const roles = Array.from({ length: 60 }, (_, index) => `team-${index}`);
      const delegations = roles.map((name) => ({ name, signers: [stranger], threshold: 1, paths: [`${name}.json`] }));
      const file = { ...third.targets, signers: [stranger], targets: {} };
      const delegated = Object.fromEntries(roles.map((name) => [name, { ...file, delegations: [] }]));
      return {
        ...third,
        targets: { ...third.targets, delegations: [...(third.targets.delegations ?? []), ...delegations] },
        delegated: { ...third.delegated, ...delegated },
      };
    },
    said: /^targets: there are more than 32 of them, and no end in sight/,
  },
  {
    name: 'timestamp: no JSON',
    serve: (third) => withText(third, 'metadata/timestamp.json', () => '<html>Sign in to the network</html>'),
    said: /^timestamp: it is no JSON\. Something else than the hub answers/,
  },
  {
    name: 'timestamp: JSON of another kind',
    serve: (third) => {
      const files = new Map(write(third));
      files.set('metadata/timestamp.json', files.get('metadata/3.targets.json') as Buffer);
      return files;
    },
    said: /^timestamp: it is no metadata of the form that was agreed\./,
  },
  {
    name: 'timestamp: a version that is no number to count with',
    serve: (third) =>
      withText(third, 'metadata/timestamp.json', (text) => text.replace('"version":3', '"version":1e400')),
    said: /^timestamp: its version is no whole number/,
  },
  {
    name: 'timestamp: nested without end',
    serve: (third) => withText(third, 'metadata/timestamp.json', () => '['.repeat(8_000)),
    said: /^timestamp: it is no JSON\./,
  },
  {
    name: 'a bundle that is signed and cannot be read',
    serve: (third) => ({ ...third, targets: { ...third.targets, targets: { 'policies/3.json': '{"schema":1}' } } }),
    said: /^policies\/3\.json: the bundle cannot be read: version: /,
  },
  {
    name: 'a bundle of a later form',
    serve: (third) => ({ ...third, targets: { ...third.targets, targets: { 'policies/3.json': '{"schema":2}' } } }),
    said: /^policies\/3\.json: .*update Kerb/,
  },
  {
    name: 'a bundle that says that it is another',
    serve: (third, world) => {
      const texts = publicationBefore(world, 2).targets.targets;
      return {
        ...third,
        targets: { ...third.targets, targets: { 'policies/3.json': texts['policies/2.json'] ?? '' } },
      };
    },
    said: /^policies\/3\.json: it says that it is 2\./,
  },
  {
    name: 'a bundle with a policy that cannot be read',
    serve: (third) => {
      const broken = JSON.stringify({
        schema: 1,
        version: 3,
        organisation: '',
        policies: { 'shop/one.yaml': 'title: [' },
      });
      return { ...third, targets: { ...third.targets, targets: { 'policies/3.json': broken } } };
    },
    said: /^policies\/3\.json: shop\/one\.yaml:1: /,
  },
];

for (const { name, excepted = exceptions, serve, said } of attacks) {
  test(name, async (context) => {
    const world = await createWorld(context);
    const { hub, clock } = world;
    world.publish(1, { bundles: [bundle(1)], exceptions });
    const device = await world.enrol();
    assert.equal((await device.round()).after, 1);
    world.publish(2, { bundles: [bundle(2)], exceptions: excepted });
    assert.equal((await device.round()).after, 2);
    const second = hub.files;

    const served = serve(world.publish(3, { bundles: [bundle(3)], exceptions: excepted }), {
      ...world,
      hub: { ...hub, files: second },
    });
    const attack: ReadonlyMap<string, Buffer> = served instanceof Map ? served : write(served as Publication);
    hub.files = attack;
    for (const attempt of [device.round, () => device.takeIn(attack)]) {
      const refused = await attempt();
      assert.match(refused.refusal ?? `accepted, ${refused.failure}`, said);
      assert.equal(refused.kind, 'failed');
      assert.equal(refused.after, 2);
      assert.equal(revisionOf(await device.governing()), '2', 'the last good goes on');
    }

    // In a hint alone, it is passed over: what the hub answers is what counts.
    hub.files = second;
    const passed = await device.takeIn(attack);
    assert.equal(passed.after, 2);
    assert.equal(revisionOf(await device.governing()), '2');

    world.publish(4, { bundles: [bundle(3), bundle(4)], exceptions });
    assert.equal(clock.at > 0, true);
    const healed = await device.round();
    assert.equal(healed.refusal ?? healed.failure, null);
    assert.equal(healed.after, 4);
    assert.equal(revisionOf(await device.governing()), '4');
  });
}

test('every attack is refused in words of its own', () => {
  const kinds = new Set(attacks.map(({ said }) => said.source));
  assert.ok(kinds.size > 30, String(kinds.size));
});

test('a revocation is remembered where the exception is left out, until its end, and may be said again', async (context) => {
  const world = await createWorld(context);
  const { clock } = world;
  const texts = [
    exceptedUntil('2026-11-28T08:00:00.000Z'),
    exceptions,
    exceptedUntil(null),
    exceptedUntil('2026-11-28T08:30:00.000Z'),
    exceptedUntil(null),
  ];
  const rounds: (string | null)[] = [];
  world.publish(1, { bundles: [bundle(1)], exceptions });
  const device = await world.enrol();
  for (const [at, text] of texts.entries()) {
    world.publish(at + 2, { bundles: [bundle(at + 2)], exceptions: text });
    const { refusal, failure } = await device.round();
    rounds.push((refusal ?? failure)?.slice(0, 16) ?? null);
  }
  assert.deepEqual(rounds, [null, null, 'exceptions.json:', null, 'exceptions.json:']);
  // Past its end nothing would hold, and nothing needs to be remembered.
  clock.at = Date.parse('2026-12-20T00:00:00.000Z');
  world.publish(7, { bundles: [bundle(7)], exceptions: exceptedUntil(null) });
  const ended = await device.round();
  assert.equal(ended.refusal ?? ended.failure, null);
});

/** One exception until the middle of December, revoked at an instant or not. */
function exceptedUntil(revokedAt: string | null): string {
  const at = '2026-11-28T07:00:00.000Z';
  const approvals = [{ who: 'bob', role: 'approver', keyid: 'b', at }];
  const terms = {
    policies: ['kubernetes/privileged'],
    category: 'waiver',
    statement: 'why',
    requestedBy: 'ada',
  } as const;
  const exception = { id: 'E-1', ...terms, approvals, notBefore: at, expiresAt: '2026-12-15T00:00:00.000Z', revokedAt };
  return `${JSON.stringify({ version: 1, exceptions: [exception] })}\n`;
}

function withExceptions(third: Publication, text: string): Publication {
  const { exceptions: file } = third.delegated;
  assert.ok(file);
  return { ...third, delegated: { exceptions: { ...file, targets: { 'exceptions.json': text } } } };
}

/** The next root names the key that signs targets once more, as `twinOf` writes it, and wants two signatures. */
function withTwin(third: Publication, twinOf: (first: Signer) => Signer): Publication {
  const [root] = third.roots;
  const [first] = root?.rights.targets.signers ?? [];
  assert.ok(root && first);
  const signers = [first, { ...twinOf(first), id: 'another-name' }];
  const rights = { ...root.rights, targets: { signers, threshold: 2 } };
  return { ...third, roots: [root, { ...root, version: 2, rights }], targets: { ...third.targets, signers } };
}

function withText(publication: Publication, name: string, change: (text: string) => string): Map<string, Buffer> {
  const files = new Map(write(publication));
  const bytes = files.get(name);
  assert.ok(bytes, name);
  return files.set(name, Buffer.from(change(bytes.toString('utf8'))));
}

function revisionOf({
  organisation,
}: Awaited<ReturnType<Awaited<ReturnType<World['enrol']>>['governing']>>): string | undefined {
  return organisation?.kind === 'organisation' ? organisation.revision : organisation?.message;
}
