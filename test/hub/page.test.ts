/** The hub's page in a real browser: signing in, decisions that arrive, their proof, hostile texts, axe, the keyboard. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { verifyByOthers } from '../../demo/proof.ts';
import type { FindingFeedback } from '../../engine/index.ts';
import { sha256Hex } from '../../hub/cryptography.ts';
import { pagePaths } from '../../hub/protocol/page.ts';
import {
  changeShown,
  type DeviceStatus,
  feedbackPayloadType,
  hubPaths,
  type ReplayObstacle,
  type ReplaySummary,
  replayAnswerType,
  replayObstacles,
  replayQuestionType,
} from '../../hub/protocol.ts';
import { type FoundBrowser, openBrowser } from '../browser.ts';
import { until } from '../until.ts';
import { decision, uuid } from './device.ts';
import { foundOrganisation } from './organisation.ts';
import { type PeopleProvider, startPeopleProvider } from './provider.ts';
import { type EnrolledDevice, enrol, runHub, type TestHub } from './running.ts';
import { axe, type ContextOptions, heading, openVisit, type Visit } from './visit.ts';

/** Long enough for a busy machine, and shorter than the page waits before it looks by itself. */
const arrivalMs = 12_000;
const hostileName = '<img src=x onerror="window.pwned=1">\u202egpj.exe';

let hub: TestHub;
let provider: PeopleProvider;
let device: EnrolledDevice;
let found: FoundBrowser;

describe('in a real browser', () => {
  before(async () => {
    provider = await startPeopleProvider();
    const roles = [{ claim: 'groups', value: 'platform', role: 'reviewer' }] as const;
    hub = await runHub(undefined, undefined, undefined, new Map([['acme', { ...provider.settings, roles }]]));
    provider.register(hub.url);
    device = await enrol(hub, hostileName.slice(0, 40));
    const now = Date.now();
    const records = Array.from({ length: 60 }, (_, number) =>
      decision(number, { at: new Date(now - (60 - number) * 1_500_000).toISOString() }),
    );
    await send(...records, hostile(now));
    found = await openBrowser();
  });
  after(async () => {
    if (found?.kind === 'browser') await found.browser.close();
    await hub?.close();
    await provider?.close();
  });

  test('the address signs in once, leaves the history, and the session outlives a reload until somebody signs out', async (t) => {
    const visit = await open(t);
    if (visit === null) return;
    const { page, outside } = visit;
    const address = await signInAddress();
    await page.goto(address);
    await heading(page, 'Overview');
    assert.ok(!page.url().includes('code'), page.url());
    await page.reload();
    await heading(page, 'Overview');
    assert.equal((await page.context().cookies()).find(({ name }) => name === 'kerb-session')?.httpOnly, true);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Sign in to Kerb');
    await page.goto(address);
    await page.getByText('unknown, used or expired').waitFor();
    assert.deepEqual(outside, []);
  });

  test('somebody signs in at their organisation’s provider, as what it says that they are', async (t) => {
    const visit = await open(t);
    if (visit === null) return;
    const { page, outside, complaints } = visit;
    provider.people.set('grace', { email: 'grace@acme.example', email_verified: true, groups: ['platform'] });
    provider.people.set('eve', { email: 'eve@acme.example', email_verified: true, groups: ['visitors'] });
    const signInAs = async (name: string) => {
      await page.getByRole('button', { name: 'Sign in with Acme' }).click();
      await heading(page, 'Acme');
      await page.getByLabel('Name').fill(name);
      await page.getByRole('button', { name: 'Continue' }).click();
    };
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInAs('grace');
    await heading(page, 'Overview');
    await page.getByText('grace@acme.example').waitFor();
    await page.getByText('reviewer of acme').waitFor();
    assert.equal(page.url(), `${hub.url}/#/`);
    await page.reload();
    await heading(page, 'Overview');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.context().clearCookies();
    await signInAs('eve');
    await page.getByText('you have no role here').waitFor();
    await heading(page, 'Sign in to Kerb');
    assert.ok(outside.every((address) => address.startsWith(provider.settings.issuer)));
    assert.deepEqual(
      complaints.filter((each) => !each.includes('403')),
      [],
    );
  });

  test('a token is shown once and revoked in two steps, and so is a device', async (t) => {
    await enrol(hub, 'spare');
    const visit = await open(t, '#/access', { bypassCSP: true });
    if (visit === null) return;
    const { page, complaints } = visit;
    await page.getByLabel('Name').fill('build robot');
    await page.getByLabel('Role').selectOption('robot');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByText(/^kerb_[\w-]{49}$/).waitFor();
    await page.reload();
    const row = page.locator('tbody tr', { hasText: 'build robot' });
    await row.getByText('good', { exact: true }).waitFor();
    assert.equal(await page.getByText(/^kerb_/).count(), 0);
    await row.getByText('Revoke …').click();
    assert.deepEqual(await axe(page), []);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await row.getByText('revoked', { exact: true }).waitFor();
    await page.goto(`${hub.url}/#/devices`);
    const spare = page.locator('tbody tr', { hasText: 'spare' });
    await spare.getByText('Revoke …').click();
    await spare.getByRole('button', { name: 'Revoke' }).click();
    await spare.getByText('revoked', { exact: true }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test('a decision is on the page when the hub has it, without anybody looking again', async (t) => {
    const visit = await open(t, '#/decisions');
    if (visit === null) return;
    const { page } = visit;
    await page.getByText('Live', { exact: true }).waitFor();
    const next = decision(70, { at: new Date().toISOString(), repository: 'github.com/acme/just-now' });
    await send(next);
    await page.locator(`tr[data-id="${next.id}"]`).waitFor({ timeout: arrivalMs });
    assert.equal(await page.locator('tbody tr').first().getAttribute('data-id'), next.id);
  });

  test('what a device has taken in is on the page when the hub knows', async (t) => {
    const visit = await open(t, '#/devices');
    if (visit === null) return;
    const { page } = visit;
    await page.getByText('Live', { exact: true }).waitFor();
    const status: DeviceStatus = {
      ...{ revision: '4711', ring: 'canary', roles: {}, journal: { seq: 0, head: '0'.repeat(64) } },
      ...{ refusal: null, logAlarm: null, kerb: '0.1.0', platform: 'linux' },
    };
    assert.equal((await device.ask('PUT', hubPaths.deviceStatus, status)).status, 204);
    await page.getByRole('cell', { name: /4711/ }).waitFor({ timeout: arrivalMs });
  });

  test('a hub that does not answer leaves what was there, and says so until it answers again', async (t) => {
    const visit = await open(t, '#/decisions');
    if (visit === null) return;
    const { page } = visit;
    await page.getByText('Live', { exact: true }).waitFor();
    await rows(page, (texts) => texts.length >= 50);
    await page.route('**/v1/decisions**', (route) => route.abort());
    await send(decision(71, { at: new Date().toISOString() }));
    await page.getByText('The hub does not answer').waitFor();
    assert.ok((await page.locator('tbody tr').count()) >= 50);
    await page.unroute('**/v1/decisions**');
    const next = decision(72, { at: new Date().toISOString() });
    await send(next);
    await page.locator(`tr[data-id="${next.id}"]`).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
  });

  test('decisions are found by effect, repository and day, and the address keeps what was looked for', async (t) => {
    const visit = await open(t, '#/decisions');
    if (visit === null) return;
    const { page } = visit;
    await page.getByLabel('Effect').selectOption('deny');
    await page.getByLabel('Repository').fill('github.com/acme/shop-10');
    await page.keyboard.press('Enter');
    await page.waitForURL(/effect=deny.*repository=github.com%2Facme%2Fshop-10/);
    await rows(page, (texts) => texts.length > 0 && texts.every((text) => /denied.*shop-10/.test(text)));
    await page.getByLabel('Day').fill('2020-01-01');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('link', { name: 'Take all filters away' }).click();
    await rows(page, (texts) => texts.length >= 50);
  });

  test('one decision shows its evidence, its proof holds here and by others’ code, and a changed text is told', async (t) => {
    const visit = await open(t, '#/decisions?effect=deny&repository=github.com/acme/shop-10');
    if (visit === null) return;
    const { page } = visit;
    await page.locator('tbody tr td a').first().click();
    await page.locator('[data-proof="proved"]').waitFor();
    for (const text of ['kubernetes/privileged', 'sha256:', 'deploy/web.yaml'])
      await page.getByText(text).first().waitFor();
    const [receipt, key] = [await download(page, 'Download the proof'), await download(page, 'Download the log')];
    const proved = verifyByOthers(receipt, key);
    const id = page.url().split('/').at(-1)!;
    assert.equal((JSON.parse(proved.leaf) as { id: string }).id, id);
    await page.route(`**/v1/decisions/${id}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('Ada Example', 'Eve Example') });
    });
    await page.reload();
    await page.locator('[data-proof="refuted"]').waitFor();
  });

  test('what devices write is text: nothing runs, nothing is fetched, and what cannot be seen is shown', async (t) => {
    const visit = await open(t, '#/decisions');
    if (visit === null) return;
    const { page, outside, complaints } = visit;
    const row = page.locator('tbody tr', { hasText: 'onerror' }).first();
    await row.waitFor();
    assert.match((await row.textContent()) ?? '', /\\u\{202e\}gpj\.exe/);
    await row.locator('a').first().click();
    await page.locator('[data-proof="proved"]').waitFor();
    assert.equal(await page.evaluate('window.pwned'), undefined);
    assert.equal(await page.locator('main img').count(), 0);
    assert.deepEqual([outside, complaints], [[], []]);
  });

  test('what somebody has to look at is on a page of its own, with the record that it rests on', async (t) => {
    const past = decision(73, { at: new Date().toISOString(), origin: 'bypass', repository: hostileName });
    await send(past);
    await until(async () => (await (await hub.admin('GET', '/v1/alerts')).text()).includes(past.id));
    const visit = await open(t, '#/alerts');
    if (visit === null) return;
    const { page, outside, complaints } = visit;
    const row = page.locator('tbody tr', { hasText: 'Past the gates' });
    assert.match((await row.textContent()) ?? '', /one commit or push in .*onerror.* passed no gate/);
    assert.deepEqual(await axe(page), []);
    await row.locator('a').click();
    await page.locator('[data-proof="proved"]').waitFor();
    assert.equal(await page.evaluate('window.pwned'), undefined);
    assert.deepEqual([outside, complaints], [[], []]);
  });

  test('what people say of a finding is on the page of its policy, as text', async (t) => {
    const given: FindingFeedback = {
      ...{ id: uuid(Date.now()), at: new Date().toISOString(), policy: 'kubernetes/privileged' },
      ...{ policySha256: 'a'.repeat(64), repository: 'github.com/acme/shop', fingerprint: 'b'.repeat(32) },
      ...{ complaint: 'wrong', comment: hostileName, by: 'ada@acme.example' },
    };
    const sealed = device.seal(feedbackPayloadType, JSON.stringify(given));
    assert.equal((await device.ask('POST', hubPaths.feedback, sealed)).status, 200);
    const visit = await open(t, '#/policies/kubernetes/privileged', { bypassCSP: true });
    if (visit === null) return;
    const { page, outside, complaints } = visit;
    const row = page.locator('tbody tr', { hasText: 'ada@acme.example' });
    assert.match((await row.textContent()) ?? '', /wrong[\s\S]*onerror[\s\S]*github\.com\/acme\/shop/);
    assert.equal(await page.evaluate('window.pwned'), undefined);
    assert.deepEqual(await axe(page), []);
    // The policy itself is not published here.
    assert.deepEqual([outside, complaints.filter((each) => !each.includes('404'))], [[], []]);
  });

  test('a change shows what its replay says, in both directions, and texts of devices as texts', async (t) => {
    const [ada] = await foundOrganisation(hub);
    const proposal = { title: 'Another name', organisation: '', policies: {} };
    const { id } = (await (await ada.ask('POST', hubPaths.changes, proposal)).json()) as { id: string };
    const { bundle } = changeShown.parse(await (await ada.ask('GET', `${hubPaths.changes}/${id}`)).json());
    const sha256 = sha256Hex(bundle);
    const [askedAt, expiresAt] = [new Date(), new Date(Date.now() + 3_600_000)].map((each) => each.toISOString());
    const question = JSON.stringify({ change: id, sha256, askedAt, expiresAt });
    await ada.ask('POST', `${hubPaths.changes}/${id}/replay`, ada.seal(replayQuestionType, question));
    const answer = JSON.stringify({ change: id, sha256, summary: replayedBy(hostileName) });
    await device.ask('POST', `${hubPaths.replays}/${id}`, device.seal(replayAnswerType, answer));
    const visit = await open(t, `#/changes/${id}`);
    if (visit === null) return;
    const { page, outside, complaints } = visit;
    await page.getByText('3 allow → deny, 1 deny → allow').first().waitFor();
    assert.match((await page.locator('tbody tr').first().textContent()) ?? '', /acme\/names.*onerror.*\\u\{202e\}gpj/s);
    assert.deepEqual(await axe(page), []);
    assert.equal(await page.evaluate('window.pwned'), undefined);
    assert.deepEqual([outside, complaints], [[], []]);
  });

  test('a line of a change is commented on by the keyboard alone, and what others say is text', async (t) => {
    const proposal = { title: 'Nothing is locked', organisation: 'locked: []\nignore: [dist]\n', policies: {} };
    const { id } = (await (await hub.admin('POST', hubPaths.changes, proposal)).json()) as { id: string };
    const hostileWords = { text: `${hostileName}\nsecond line`, place: null };
    assert.equal((await hub.admin('POST', `${hubPaths.changes}/${id}/comments`, hostileWords)).status, 201);
    const visit = await open(t, `#/changes/${id}`, { bypassCSP: true });
    if (visit === null) return;
    const { page, outside, complaints } = visit;
    const list = page.locator('.comments li');
    assert.match((await list.textContent()) ?? '', /onerror.*\\u\{202e\}gpj\.exe\s*second line/s);
    await page.getByLabel('About').focus();
    await page.keyboard.type('organisation');
    for (const keys of ['2', 'Why so many?']) {
      await page.keyboard.press('Tab');
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(keys);
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const remark = page.locator('.difference .remark');
    await remark.waitFor();
    assert.match((await remark.textContent()) ?? '', /Why so many\?/);
    assert.equal(await remark.evaluate((each) => each.previousElementSibling?.textContent), '2+ ignore: [dist]\n');
    // What others say meanwhile comes by itself, and leaves what is being written.
    await page.getByLabel('Comment', { exact: true }).fill('half a thought');
    const answer = { text: 'So that it is quick.', place: null };
    assert.equal((await hub.admin('POST', `${hubPaths.changes}/${id}/comments`, answer)).status, 201);
    await page.getByText('So that it is quick.').waitFor({ timeout: arrivalMs });
    assert.equal(await page.getByLabel('Comment', { exact: true }).inputValue(), 'half a thought');
    await page.locator('.difference .added').first().click();
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'TEXTAREA');
    assert.equal(await page.getByLabel('Line').inputValue(), '1');
    assert.deepEqual(await axe(page), []);
    assert.equal(await page.evaluate('window.pwned'), undefined);
    assert.deepEqual([outside, complaints], [[], []]);
  });

  test('everything can be reached by the keyboard, from the first key on', async (t) => {
    const visit = await open(t);
    if (visit === null) return;
    const { page } = visit;
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'H1');
    await page.getByRole('link', { name: 'Decisions', exact: true }).focus();
    await page.keyboard.press('Enter');
    await heading(page, 'Decisions');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Decisions');
  });

  test('the first load is small', async (t) => {
    const visit = await open(t);
    if (visit === null) return;
    await visit.page.locator('kerb-chart canvas').waitFor();
    const bytes = await visit.page.evaluate<number>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/')).reduce((sum, each) => sum + each.encodedBodySize, 0)`,
    );
    assert.ok(bytes > 10_000 && bytes <= 90_000, `${bytes} bytes`);
  });

  test('no page scrolls sideways in a window as narrow as a phone', async (t) => {
    const visit = await open(t, '', { viewport: { width: 390, height: 800 } });
    if (visit === null) return;
    const { page } = visit;
    const places = await page
      .locator('.side nav a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    assert.ok(places.length > 8, String(places.length));
    for (const place of places) {
      await page.goto(`${hub.url}/${place}`);
      await page.locator('h1').waitFor();
      await page.waitForTimeout(300);
      const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      assert.ok(beyond <= 0, `${place}: ${beyond} pixels`);
    }
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on any page, ${colorScheme}`, async (t) => {
      const visit = await open(t, '', { colorScheme, bypassCSP: true });
      if (visit === null) return;
      const { page } = visit;
      const places = await page
        .locator('.side nav a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      assert.ok(places.length >= 2);
      const { decisions } = (await (await hub.admin('GET', '/v1/decisions?limit=1')).json()) as {
        decisions: { id: string }[];
      };
      for (const place of [...places, `#/decisions/${decisions[0]!.id}`, '#/nowhere']) {
        await page.goto(`${hub.url}/${place}`);
        await page.locator('h1').waitFor();
        if (place?.includes('decisions/')) await page.locator('[data-proof]').waitFor();
        assert.deepEqual(await axe(page), [], `${place}`);
      }
      await page.getByRole('button', { name: 'Sign out' }).click();
      await heading(page, 'Sign in to Kerb');
      assert.deepEqual(await axe(page), [], 'signing in');
    });
  }
});

/** Signed in, at a place where one is named; null, and the test skipped, where there is no browser. */
async function open(t: TestContext, place = '', options: ContextOptions = {}): Promise<Visit | null> {
  const visit = await openVisit(t, found, { address: await signInAddress(), options });
  if (visit !== null && place !== '') await visit.page.goto(`${hub.url}/${place}`);
  return visit;
}

async function signInAddress(): Promise<string> {
  const answer = await hub.admin('POST', pagePaths.signIns);
  return ((await answer.json()) as { address: string }).address;
}

/** Waits until the rows of the table are as they should be. */
async function rows(page: Page, areGood: (texts: readonly string[]) => boolean): Promise<void> {
  for (let tries = 0; ; tries++) {
    const texts = await page
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => row.textContent?.replace(/\s+/g, ' ') ?? ''));
    if (areGood(texts)) return;
    assert.ok(tries < 200, texts.join('\n'));
    await page.waitForTimeout(50);
  }
}

async function download(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return readFileSync(await file.path(), 'utf8');
}

async function send(...records: Parameters<EnrolledDevice['record']>[0][number][]): Promise<void> {
  const answer = await device.ask('POST', hubPaths.journal, device.batch(device.record(records)));
  assert.equal(answer.status, 200, await answer.text());
}

/** As hostile as the form of a decision lets it be. */
function hostile(now: number) {
  const whole = decision(80, { at: new Date(now).toISOString() });
  const [finding] = whole.findings;
  return {
    ...whole,
    repository: hostileName,
    gate: '"><script>window.pwned=1</script>',
    subject: { name: hostileName, email: 'javascript:alert(1)' },
    target: { ...whole.target, ref: '{{constructor}}${alert(1)}' },
    findings: [{ ...finding!, policy: 'a/../../b?c#d', file: hostileName }],
    exceptions: ['<svg onload=window.pwned=1>'],
  };
}

function replayedBy(repository: string): ReplaySummary {
  const effects = { allowToDeny: 3, denyToAllow: 1, toNoVerdict: 0, fromNoVerdict: 0 };
  const counts = replayObstacles.map((each) => [each, each === 'objectGone' ? 2 : 0] as const);
  return {
    ...{ since: '2026-11-01T00:00:00.000Z', decisions: 12, replayed: 10, effects, groupsLeftOut: 0 },
    obstacles: Object.fromEntries(counts) as Record<ReplayObstacle, number>,
    groups: [
      {
        ...{ policy: 'acme/names', repository, gate: 'commit', decisions: effects },
        findings: { added: 3, gone: 1, tightened: 0, loosened: 0 },
        fingerprints: { added: ['a'.repeat(32)], gone: ['b'.repeat(32)] },
      },
    ],
  };
}
