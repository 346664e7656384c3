/** What `npm start` shows, in a real browser: a commit is stopped by a published policy, and the page tells of it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { installHooks, refusedDecision, tryToCommit } from '../../demo/commit.ts';
import { type Organisation, startOrganisation } from '../../demo/organisation.ts';
import { verifyByOthers } from '../../demo/proof.ts';
import { type FoundBrowser, openBrowser } from '../browser.ts';
import { createRepository } from '../workTree.ts';
import { axe, heading, openVisit } from './visit.ts';

let organisation: Organisation;
let found: FoundBrowser;

describe('what npm start shows', () => {
  before(async () => {
    organisation = await startOrganisation();
    found = await openBrowser();
  });
  after(async () => {
    if (found?.kind === 'browser') await found.browser.close();
    await organisation?.close();
  });

  test('a commit is stopped by what two keys have published, and its decision is proved by others’ code', async (t) => {
    const { ask, policy } = organisation;
    const tree = createRepository(t, { 'readme.md': 'shop\n' });
    installHooks(tree.root, organisation);
    const { status, stderr } = tryToCommit(tree.root, organisation);
    assert.equal(status, 1, stderr);
    assert.match(stderr, new RegExp(policy));
    const id = await refusedDecision(organisation);
    const [receipt, key] = [
      await (await ask('GET', `/v1/log/receipts/${id}`)).text(),
      await (await ask('GET', '/v1/log/key')).text(),
    ];
    assert.equal((JSON.parse(verifyByOthers(receipt, key).leaf) as { id: string }).id, id);
    const [leaf = ''] = /(?<=^extra ).+/m.exec(receipt) ?? [];
    const other = Buffer.from(Buffer.from(leaf, 'base64').toString().replace('"deny"', '"pass"')).toString('base64');
    assert.throws(() => verifyByOthers(receipt.replace(leaf, other), key), /incorrect|inclusion|mismatch/i);
  });

  test('it arrives at the page by itself; the policy there says who has signed it', async (t) => {
    const visit = await openVisit(t, found, { address: organisation.signInAddress(), options: { bypassCSP: true } });
    if (visit === null) return;
    const { page } = visit;
    const tree = createRepository(t, { 'readme.md': 'shop\n' });
    installHooks(tree.root, organisation);
    const go = (place: string) => page.goto(`${organisation.url}/${place}`);
    await go('#/decisions');
    await page.getByText('Live', { exact: true }).waitFor();
    const before = await page.locator('tbody tr').count();
    assert.equal(tryToCommit(tree.root, organisation).status, 1);
    await page.locator('tbody tr').nth(before).waitFor();
    await page.locator('tbody tr').first().getByRole('link', { name: organisation.policy }).click();
    await heading(page, 'Images come from our own registry');
    await page.getByText('bob, carol').waitFor();
    await page.getByText(/^[1-9]\d* of \d+ decisions$/).waitFor();
    await page.getByText('Nobody has said that a finding of it is wrong or unclear').waitFor();
    assert.deepEqual(await axe(page), []);
    await page.getByRole('link', { name: 'Images come from our own registry' }).click();
    await page.getByText('2 signatures of the 2').waitFor();
    await page.getByText("require: image(self.image).registry == 'registry.acme.example'").waitFor();
    assert.deepEqual(await axe(page), []);
    await go('#/policies');
    await page.locator('td', { hasText: 'bob, carol' }).waitFor();
    assert.deepEqual(await axe(page), []);
    await go('#/log');
    await page.locator('[data-witness="consistent"]').waitFor();
    await page.getByText('change.publish').waitFor();
  });
});
