// Writing a policy, in pictures: a person's way from a squiggle to a policy of their own, in a real VS Code.
import type { Page } from 'playwright-core';
import { command, lens, lineWith, openFile, problem, quickFix, typeBehind } from './screen.ts';

/** Takes one picture. */
export type Take = (page: Page, name: string) => Promise<void>;

/** Goes the way, and takes a picture at each station. */
export async function takeAuthoring(page: Page, take: Take): Promise<void> {
  await squiggle(page, take);
  await cases(page, take);
  await debuggerAtWork(page, take);
  await fromAValue(page, take);
  await coverage(page, take);
}

const rule = "require: self.image.startsWith('registry.internal/')";

async function squiggle(page: Page, take: Take): Promise<void> {
  await openFile(page, 'image-registry.yaml');
  await command(page, 'Problems: Focus on Problems View');
  await typeBehind(page, rule, ' && self.imagePullPolice ==');
  await problem(page, 'did you mean "imagePullPolicy"').waitFor();
  await take(page, 'authoring-squiggle');
  for (let count = 0; count < ' && self.imagePullPolice =='.length; count++) await page.keyboard.press('Backspace');
  await page.keyboard.type(' || self.secu');
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'securityContext' }).first().waitFor();
  await take(page, 'authoring-completion');
  await page.keyboard.press('Escape');
  for (let count = 0; count < ' || self.secu'.length; count++) await page.keyboard.press('Backspace');
}

async function cases(page: Page, take: Take): Promise<void> {
  await command(page, 'Kerb: Show What This Policy Would Do');
  await page.keyboard.press('Control+j');
  await lens(page, 'cases as drawn').click();
  await page.locator('.tab', { hasText: 'image-registry.md' }).first().waitFor();
  await lineWith(page, 'message: the image').click();
  await page.keyboard.press('End');
  await page.keyboard.type(' yet');
  await lens(page, 'not as drawn').waitFor();
  await lens(page, 'Accept what the policy finds').waitFor();
  await take(page, 'authoring-case');
  await lens(page, 'Accept what the policy finds').click();
  await lens(page, '2 cases as drawn').waitFor();
  await take(page, 'authoring-accepted');
}

async function coverage(page: Page, take: Take): Promise<void> {
  await openFile(page, 'image-registry.yaml');
  await command(page, 'Testing: Focus on Test Explorer View');
  await command(page, 'Test: Run All Tests with Coverage');
  await page.locator('.pane-header', { hasText: 'Test Coverage' }).first().waitFor();
  await take(page, 'authoring-coverage');
}

async function debuggerAtWork(page: Page, take: Take): Promise<void> {
  await lens(page, 'Step through').click();
  await page.locator('.debug-toolbar').waitFor();
  await page.keyboard.press('Control+j');
  await command(page, 'View: Show Run and Debug');
  await page.locator('.monaco-list-row', { hasText: 'self.image →' }).first().waitFor();
  await page.keyboard.press('F11');
  await page.locator('.monaco-list-row', { hasText: '→ false' }).first().waitFor();
  await take(page, 'debugger');
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
}

async function fromAValue(page: Page, take: Take): Promise<void> {
  await command(page, 'View: Close All Editors');
  await page.keyboard.press('Escape');
  await openFile(page, 'web.yaml');
  await lineWith(page, 'hostNetwork: true').click();
  await page.keyboard.press('End');
  await quickFix(page, 'Write a policy about hostNetwork');
  await page.locator('.quick-input-widget input').first().waitFor();
  await take(page, 'authoring-name');
  await page.keyboard.press('Enter');
  await page.locator('.tab', { hasText: 'host-network.md' }).first().waitFor();
  await lens(page, 'cases as drawn').waitFor();
  await command(page, 'Kerb: Show What This Policy Would Do');
  await lens(page, 'in the workspace').waitFor();
  await lineWith(page, 'orValue(false) != true').click();
  await take(page, 'authoring');
}
