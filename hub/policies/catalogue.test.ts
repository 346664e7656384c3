/** The catalogue says of each policy since when its text is as it is, and who has signed that. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createPerson, createShelf, type MemoryShelf, signedRootOf } from '../../test/hub/shelf.ts';
import { createCatalogues } from './catalogue.ts';
import { approve, propose } from './review.ts';
import { installRoot } from './root.ts';

const approvers = ['ada', 'bob', 'carol'].map((name) => createPerson(name));
const text = (file: string): string => readFileSync(path.resolve(import.meta.dirname, '../../policies', file), 'utf8');
const privileged = text('kubernetes/privileged.yaml');
const hostPid = text('kubernetes/host-pid.yaml');

test('each policy stands since the publication that made it what it is', async () => {
  const shelf = createShelf();
  shelf.carryOut(
    await installRoot(shelf.desk, signedRootOf({ root: approvers, approvers, threshold: 2 }, shelf.desk.online)),
  );
  const catalogues = createCatalogues(shelf.desk.publications);
  assert.equal(await catalogues.of(1), null);
  await publish(shelf, { author: 0, policies: { 'a/privileged.yaml': privileged, 'a/host-pid.yaml': hostPid } });
  assert.deepEqual(await since(), ['a/host-pid 1 by ada, bob carol', 'a/privileged 1 by ada, bob carol']);
  await publish(shelf, {
    author: 1,
    policies: { 'a/privileged.yaml': `${privileged}\n`, 'a/host-pid.yaml': hostPid, 'a/host-pid.md': 'its page' },
  });
  assert.deepEqual(await since(), ['a/host-pid 1 by ada, bob carol', 'a/privileged 2 by bob, ada carol']);
  await publish(shelf, { author: 2, policies: { 'a/privileged.yaml': privileged } });
  assert.deepEqual(await since(), ['a/privileged 3 by carol, ada bob'], 'what came back is as new as its return');
  const catalogue = await catalogues.of(1);
  assert.equal(catalogue?.policies[0]?.isLocked, true);
  assert.equal(catalogue?.inForce.number, 3);
  assert.equal(await catalogues.of(1), catalogue, 'read once');

  async function since(): Promise<readonly string[]> {
    const { policies = [] } = (await catalogues.of(1)) ?? {};
    return policies
      .map(
        ({ policy, since: { number, author, reviewers } }) =>
          `${policy.id} ${number} by ${author}, ${[...reviewers].sort().join(' ')}`,
      )
      .sort();
  }
});

async function publish(
  shelf: MemoryShelf,
  { author, policies }: { readonly author: number; readonly policies: Readonly<Record<string, string>> },
): Promise<void> {
  const id = `change-${shelf.requests.size + 1}`;
  const proposal = { title: id, organisation: 'locked: [a/privileged]\n', policies, rollout: null };
  const opened = await propose(shelf.desk, { id, author: approvers[author]!.name, proposal });
  assert.equal(shelf.carryOut(opened).kind, 'done');
  const draft = JSON.parse(shelf.requests.get(id)!.draft) as object;
  for (const person of approvers.filter((_, at) => at !== author)) {
    const approved = await approve(shelf.desk, id, { keyId: person.id, signature: person.sign(draft) });
    assert.equal(shelf.carryOut(approved).kind, 'done', JSON.stringify(approved));
  }
}
