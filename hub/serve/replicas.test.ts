/** Two replicas over one database, asked at the same moment: what comes about is what one after the other would have done. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TestDatabase } from '../../test/hub/database.ts';
import { type DatabaseServer, databases } from '../../test/hub/databases.ts';
import { type Approver, foundOrganisation } from '../../test/hub/organisation.ts';
import { type Asker, askerOf, runHub, type TestHub } from '../../test/hub/running.ts';
import { changeShown, hubPaths } from '../protocol.ts';

const { skip, start } = databases.find(({ name }) => name === 'PostgreSQL')!;
/** Each race is run so often, since who is faster is chance. */
const rounds = 12;
const plan = `stages:
  - { name: one, percent: 10 }
  - { name: two, percent: 50 }
  - { name: all }
guards: { denyRise: 5, errorRise: 1, leastDecisions: 100 }
`;

describe('two replicas at the same moment', { skip }, () => {
  let server: DatabaseServer;
  let database: TestDatabase;
  let hub: TestHub;
  let other: TestHub;
  let adminThere: Asker;
  let people: readonly [Approver, Approver, Approver];
  let count = 0;

  before(async () => {
    server = await start();
    database = await server.create();
    hub = await runHub(() => database.open());
    other = await runHub(() => database.open(), hub.folder);
    adminThere = askerOf(other.url, readFileSync(path.join(hub.folder, 'admin.token'), 'utf8').trim());
    people = await foundOrganisation(hub);
  });
  after(async () => {
    await other?.close();
    await hub?.close();
    await database?.remove();
    await server?.close();
  });

  const propose = async (more: object = {}): Promise<string> => {
    const proposal = { title: 'a change', organisation: `ignore: [r${count++}]\n`, policies: {}, ...more };
    const answer = await hub.admin('POST', hubPaths.changes, proposal);
    return idIn(answer);
  };
  const signing = async ({ id: keyId, sign }: Approver, id: string) => {
    const { draft } = changeShown.parse(await (await hub.admin('GET', `${hubPaths.changes}/${id}`)).json());
    return { keyId, signature: sign(draft) };
  };
  const signHere = async (person: Approver, id: string): Promise<number> =>
    (await person.ask('POST', `${hubPaths.changes}/${id}/signatures`, await signing(person, id))).status;
  const stateOf = async (id: string) =>
    ((await (await hub.admin('GET', `${hubPaths.changes}/${id}`)).json()) as { state: string }).state;
  const rollout = async () =>
    ((await (await hub.admin('GET', hubPaths.rollout)).json()) as { rollout: { state: string; begun: number } })
      .rollout;

  test('the last two approvals publish, and both count', async () => {
    const [, bob, carol] = people;
    const carolThere = askerOf(other.url, carol.token);
    for (let round = 0; round < rounds; round++) {
      const id = await propose();
      const [byBob, byCarol] = [await signing(bob, id), await signing(carol, id)];
      const where = `${hubPaths.changes}/${id}/signatures`;
      const answers = await Promise.all([bob.ask('POST', where, byBob), carolThere('POST', where, byCarol)]);
      assert.deepEqual([...answers.map(({ status }) => status), await stateOf(id)], [200, 200, 'published']);
    }
  });

  test('a change is published or taken back, and never both', async () => {
    const [, bob, carol] = people;
    for (let round = 0; round < rounds; round++) {
      const id = await propose();
      assert.equal(await signHere(bob, id), 200);
      const byCarol = await signing(carol, id);
      const [signed, taken] = await Promise.all([
        carol.ask('POST', `${hubPaths.changes}/${id}/signatures`, byCarol),
        adminThere('DELETE', `${hubPaths.changes}/${id}`),
      ]);
      const came = [signed.status, taken.status, await stateOf(id)].join(' ');
      assert.ok(['200 409 published', '409 204 withdrawn'].includes(came), came);
    }
  });

  test('a rollout that was paused is paused, whether its next stage was faster or not', async () => {
    const [, bob, carol] = people;
    for (let round = 0; round < rounds; round++) {
      const first = await propose({ rollout: plan });
      assert.deepEqual([await signHere(bob, first), await signHere(carol, first)], [200, 200]);
      const next = await idIn(await hub.admin('POST', `${hubPaths.rollout}/promotion`));
      assert.equal(await signHere(bob, next), 200);
      const byCarol = await signing(carol, next);
      const [signed, paused] = await Promise.all([
        carol.ask('POST', `${hubPaths.changes}/${next}/signatures`, byCarol),
        adminThere('POST', `${hubPaths.rollout}/pause`, { reason: 'a doubt' }),
      ]);
      const { state, begun } = await rollout();
      const came = [signed.status, paused.status, state, begun].join(' ');
      assert.ok(['200 204 paused 2', '409 204 paused 1'].includes(came), came);
      const back = await idIn(await hub.admin('POST', `${hubPaths.rollout}/back`));
      assert.deepEqual([await signHere(bob, back), await signHere(carol, back)], [200, 200]);
    }
  });
});

async function idIn(answer: Response): Promise<string> {
  const text = await answer.text();
  assert.equal(answer.status, 201, text);
  return (JSON.parse(text) as { id: string }).id;
}
