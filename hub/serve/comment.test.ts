/** Review comments at the hub: who says what of which line, masked, in the log, outdated by a later version, never an approval. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { databases } from '../../test/hub/databases.ts';
import { type Approver, actsOf, foundOrganisation, publish } from '../../test/hub/organisation.ts';
import { type Asker, type TestHub, withHub } from '../../test/hub/running.ts';
import { changeShown, commentList, type GivenComment, hubPaths, shownComment } from '../protocol.ts';

const secret = `title: No tokens of Acme
severity: high
enforcement: deny
why: Whoever reads one can act as its owner.
remedy: Take it out and revoke it.
owners: [acme]
secret:
  keywords: [acmetoken_]
  regex: 'acmetoken_[a-z0-9]{12}'
message: a token of Acme
`;
const page = '# acme/token\n\n```text a.txt\nnothing\n```\n';
const policies = { 'acme/token.yaml': secret, 'acme/token.md': page };

for (const { name, skip, start } of databases) {
  test(`a change is spoken of, on ${name}`, { skip }, () =>
    withHub(start, async (hub) => {
      const [ada, bob] = await foundOrganisation(hub);
      assert.ok(await publish(hub, [ada, bob], { policies }));
      const first = await proposed(ada, { organisation: 'locked: []\n' });
      const at = (file: string, line: number) => ({ file, line });

      const words = await said(bob.ask, first, {
        text: '  Why not\nacmetoken_x7k2p9q4m1z8? ',
        place: at('organisation.yaml', 1),
      });
      assert.deepEqual(
        [words.by, words.place, words.isOutdated],
        ['bob', { file: 'organisation.yaml', line: 1, quote: 'locked: []' }, false],
      );
      assert.match(words.text, /^Why not\n(?!.*x7k2p9q4m1z8)/);
      await said(ada.ask, first, { text: 'Since it is early.', place: null });
      for (const [place, code] of [
        [at('organisation.yaml', 2), 'noSuchLine'],
        [at('constructor', 1), 'noSuchFile'],
        [at('acme/other.yaml', 1), 'noSuchFile'],
      ] as const) {
        const refused = await ask(bob.ask, first, { text: 'x', place });
        assert.deepEqual([refused.status, await codeOf(refused)], [422, code]);
      }
      for (const wrong of [{ text: ' ' }, { text: 'x'.repeat(2_001) }, { text: 'x', place: at('a', 0) }, {}])
        assert.equal((await ask(bob.ask, first, wrong)).status, 400);
      assert.equal((await ask(bob.ask, crypto.randomUUID(), { text: 'x', place: null })).status, 404);

      // Words are no signatures.
      const shown = changeShown.parse(await (await hub.admin('GET', `${hubPaths.changes}/${first}`)).json());
      assert.deepEqual([shown.state, shown.approvals], ['open', []]);

      const notHers = await bob.ask('POST', hubPaths.changes, {
        title: 't',
        organisation: '',
        policies,
        replaces: first,
      });
      assert.deepEqual([notHers.status, await codeOf(notHers)], [403, 'notYours']);
      const second = await proposed(ada, { organisation: '# early\nlocked: []\n', replaces: first });
      assert.equal(await stateOf(hub, first), 'outdated');
      await said(bob.ask, second, { text: 'Good.', place: at('organisation.yaml', 2) });
      assert.deepEqual(await listed(hub, second), [
        [first, 'organisation.yaml:1', true],
        [first, '', true],
        [second, 'organisation.yaml:2', false],
      ]);
      assert.deepEqual((await listed(hub, first)).length, 2);
      const late = await ask(bob.ask, first, { text: 'x', place: null });
      assert.deepEqual([late.status, await codeOf(late)], [409, 'outdated']);

      const acts = (await actsOf(hub)).filter((act) => act.startsWith('change.comment'));
      assert.deepEqual(acts, [
        `change.comment ${first} bob`,
        `change.comment ${first} ada`,
        `change.comment ${second} bob`,
      ]);
      const { decisions } = (await (await hub.admin('GET', '/v1/decisions?kind=act')).json()) as {
        decisions: { id: string }[];
      };
      const bodies = await Promise.all(
        decisions.map(async ({ id }) => (await hub.admin('GET', `/v1/decisions/${id}`)).text()),
      );
      assert.ok(bodies.every((body) => !body.includes('x7k2p9q4m1z8') && !body.includes('Since it is early')));
    }),
  );
}

function ask(asker: Asker, change: string, comment: object): Promise<Response> {
  return asker('POST', `${hubPaths.changes}/${change}/comments`, comment);
}

async function said(asker: Asker, change: string, comment: GivenComment) {
  const answer = await ask(asker, change, comment);
  assert.equal(answer.status, 201, await answer.clone().text());
  return shownComment.parse(await answer.json());
}

async function proposed({ ask: asker }: Approver, more: object): Promise<string> {
  const answer = await asker('POST', hubPaths.changes, { title: 'a change', policies, ...more });
  assert.equal(answer.status, 201, await answer.clone().text());
  return z.object({ id: z.string() }).parse(await answer.json()).id;
}

async function listed(hub: TestHub, change: string) {
  const { comments } = commentList.parse(
    await (await hub.admin('GET', `${hubPaths.changes}/${change}/comments`)).json(),
  );
  return comments.map(({ change: of, place, isOutdated }) => [
    of,
    place === null ? '' : `${place.file}:${place.line}`,
    isOutdated,
  ]);
}

async function stateOf(hub: TestHub, change: string): Promise<string> {
  return changeShown.parse(await (await hub.admin('GET', `${hubPaths.changes}/${change}`)).json()).state;
}

async function codeOf(answer: Response): Promise<string> {
  return z.object({ error: z.object({ code: z.string() }) }).parse(await answer.json()).error.code;
}
