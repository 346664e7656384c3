// A person's view: the installed extension in the workbench, by keyboard and mouse, looking at the screen.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { stopDaemonOf } from '../command.ts';
import { writeWorkspace } from './fixture.ts';
import { type Host, startHost } from './host.ts';
import type { Parts } from './install.ts';
import { enrolHome } from './organisation.ts';
import { command, hoverText, lineWith, openFile, problem, quickFix, squiggles, typeBehind } from './screen.ts';

/** Opens the workspace as a person would, types, looks, hovers, fixes and suppresses. */
export async function usePerson(parts: Parts, vsix: string, t: TestContext): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-person-'));
  writeWorkspace(folder);
  const home = await enrolHome();
  const host = await startHost(parts, { mode: 'installed', env: { KERB_HOME: home.folder } });
  try {
    host.install(vsix);
    const page = await host.open(path.join(folder, 'alpha'));
    page.setDefaultTimeout(20_000);
    for (const [name, step] of Object.entries(steps))
      await t.test(`VS Code, on screen: ${name}`, () => step(page, folder, host));
  } catch (error) {
    throw new Error(`${String(error)}\n${host.logs()}`);
  } finally {
    await host.stop();
    stopDaemonOf(home.folder);
    await home.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

type Step = (page: Page, folder: string, host: Host) => Promise<void>;

const privileged = 'container web runs privileged';

const steps: Readonly<Record<string, Step>> = {
  'a squiggle stands under what is found': async (page) => {
    await openFile(page, 'web.yaml');
    await squiggles(page, (count) => count > 0);
  },
  'the Problems panel follows what is typed': async (page) => {
    await command(page, 'Problems: Focus on Problems View');
    await typeBehind(page, 'allowPrivilegeEscalation: false', '\n            privileged: true');
    await problem(page, privileged).waitFor();
  },
  'hovering explains': async (page) => {
    const text = await hoverText(page, 'privileged: true', 'true');
    for (const part of ['Containers must not run privileged', 'Remedy', 'platform-security'])
      assert.ok(text.includes(part), text);
  },
  'the lightbulb fixes': async (page) => {
    await quickFix(page, 'Remove privileged');
    await lineWith(page, 'privileged: true').waitFor({ state: 'detached' });
    await problem(page, privileged).waitFor({ state: 'detached' });
  },
  'a suppression is written where it belongs': async (page, folder) => {
    await typeBehind(page, 'allowPrivilegeEscalation: false', '\n            privileged: true');
    await problem(page, privileged).waitFor();
    await quickFix(page, 'Suppress kubernetes/privileged');
    await lineWith(page, 'kerb: allow kubernetes/privileged').waitFor();
    await problem(page, privileged).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+s');
    // VS Code writes when it comes to it, and it may also save by itself meanwhile.
    const file = path.join(folder, 'alpha/deploy/web.yaml');
    const form = /# kerb: allow kubernetes\/privileged until \d{4}-\d\d-\d\d -- /;
    for (let tries = 0; tries < 100 && !form.test(readFileSync(file, 'utf8')); tries++) await page.waitForTimeout(100);
    assert.match(readFileSync(file, 'utf8'), form);
  },
  'an exception is asked for by the lightbulb, and the finding is marked': async (page) => {
    await problem(page, 'uses the network of its node').waitFor();
    await lineWith(page, 'hostNetwork: true').click();
    await page.keyboard.press('End');
    await quickFix(page, 'Ask for an exception from kubernetes/host-network');
    const input = page.locator('.quick-input-widget');
    await input.getByText('Why is it needed?').waitFor();
    await page.keyboard.type('the node agent needs it');
    await page.keyboard.press('Enter');
    await input.getByText('Waiver').waitFor();
    await page.keyboard.press('Enter');
    await input.getByText('Its last day').waitFor();
    await page.keyboard.press('Enter');
    await problem(page, 'exception asked for on').waitFor();
    await command(page, 'Kerb: Focus on Findings View');
  },
  'the status item counts, and the views are filled': async (page) => {
    await page
      .locator('.statusbar-item[id*="kerb.status"]', { hasText: /Kerb \d+/ })
      .first()
      .waitFor();
    await command(page, 'Kerb: Open the Catalogue');
    await page.locator('.pane-body .monaco-list-row', { hasText: 'kubernetes' }).first().waitFor();
  },
  'nothing was asked of another machine': async (_page, _folder, host) => assert.deepEqual(host.outside, []),
};
