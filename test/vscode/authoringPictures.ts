// Writing a policy, in pictures: a person's way from a squiggle to a policy of their own, in a real VS Code.
import type { Page } from 'playwright-core';
import { command, lens, lineWith, openFile, problem, quickFix, typeBehind } from './screen.ts';

/** Takes one picture. */
export type Take = (page: Page, name: string) => Promise<void>;

/** Goes the way, and takes a picture at each station. */
export async function takeAuthoring(page: Page, take: Take): Promise<void> {
  // A policy and its page stand side by side.
  await page.setViewportSize({ width: 1600, height: 900 });
  // Problems of other files would push those of the policy out of sight.
  await command(page, 'File: Save All');
  await page.locator('.tab.dirty').first().waitFor({ state: 'detached' });
  await command(page, 'View: Close All Editors');
  await squiggle(page, take);
  await preview(page, take);
  await cases(page, take);
  await coverage(page, take);
  await debuggerAtWork(page, take);
  await fromAValue(page, take);
}

const rule = "require: self.image.startsWith('registry.internal/')";

async function squiggle(page: Page, take: Take): Promise<void> {
  await openFile(page, 'image-registry.yaml');
  await command(page, 'Problems: Focus on Problems View');
  const wrong = " && self.imagePullPolice == 'Always'";
  await typeBehind(page, rule, wrong);
  await problem(page, 'did you mean "imagePullPolicy"').waitFor();
  await take(page, 'authoring-squiggle');
  await takeBack(page, wrong);
  const begun = ' || self.';
  await page.keyboard.type(begun);
  await page.keyboard.press('Control+Space');
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'imagePullPolicy' }).first().waitFor();
  await take(page, 'authoring-completion');
  await page.keyboard.press('Escape');
  await takeBack(page, begun);
}

/** The difference against the saved policy, over two files of which one gets a finding. */
async function preview(page: Page, take: Take): Promise<void> {
  await page.keyboard.press('Control+j');
  await command(page, 'Kerb: Show What This Policy Would Do');
  // The view takes the focus when it comes up: what is typed before it would go there.
  await page.locator('.monaco-list-row', { hasText: 'As saved' }).first().waitFor();
  await page.waitForTimeout(settleMs);
  const stricter = " && self.?imagePullPolicy.orValue('') == 'Always'";
  await typeBehind(page, rule, stricter);
  await page.locator('.monaco-list-row', { hasText: 'New' }).first().waitFor();
  await lens(page, '(1 new, 0 gone)').waitFor();
  await page.keyboard.press('Home');
  await take(page, 'authoring-preview');
  await takeBack(page, stricter);
  await lens(page, '2 cases as drawn').waitFor();
}

async function cases(page: Page, take: Take): Promise<void> {
  await lens(page, 'cases as drawn').click();
  await page.locator('.tab', { hasText: 'image-registry.md' }).first().waitFor();
  const looser = " || self.name == 'a'";
  await typeBehind(page, rule, looser);
  await lens(page, '1 of 2 cases not as drawn').waitFor();
  await lens(page, 'Accept what the policy finds').waitFor();
  // The lens of the other case follows a moment later.
  await page.locator('.codelens-decoration', { hasText: /^\s*as drawn/ }).waitFor();
  await page.keyboard.press('Home');
  await take(page, 'authoring-case');
  await takeBack(page, looser);
  await lens(page, '2 cases as drawn').waitFor();
  await typeBehind(page, 'message: the image', ' yet');
  await lens(page, 'Accept what the policy finds').waitFor();
  await page.keyboard.press('Home');
  await lens(page, 'Accept what the policy finds').click();
  await lens(page, '2 cases as drawn').waitFor();
  await take(page, 'authoring-accepted');
}

/** Coverage is of what is saved and typed alike; its colours are in the margin of the policy. */
async function coverage(page: Page, take: Take): Promise<void> {
  await command(page, 'File: Save All');
  // Opened by its name it would stand beside itself where its page has the focus.
  await page.locator('.tab', { hasText: 'image-registry.yaml' }).first().click();
  await command(page, 'Testing: Focus on Test Explorer View');
  await command(page, 'Test: Run All Tests with Coverage');
  await page.locator('.pane-header', { hasText: 'Test Coverage' }).first().waitFor();
  await lineWith(page, 'severity: high').click();
  await take(page, 'authoring-coverage');
}

async function debuggerAtWork(page: Page, take: Take): Promise<void> {
  await lens(page, 'Step through').click();
  await page.locator('.debug-toolbar').waitFor();
  // The editor takes the focus with the first stop: what is typed before it would go there.
  await page.locator('.debug-top-stack-frame-line').first().waitFor();
  await page.waitForTimeout(settleMs);
  await command(page, 'View: Show Run and Debug');
  await page.locator('.monaco-list-row', { hasText: 'self.image →' }).first().waitFor();
  await page.keyboard.press('F11');
  await page.locator('.monaco-list-row', { hasText: '→ false' }).first().waitFor();
  await take(page, 'debugger');
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
}

/** Focus moves once more after a view has come up, and after the debugger has drawn a stop. */
const settleMs = 600;

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

/** Takes back what was typed behind the rule. A view that came up meanwhile may have the focus. */
async function takeBack(page: Page, typed: string): Promise<void> {
  await lineWith(page, 'require: self.image').click();
  await page.keyboard.press('End');
  for (let count = 0; count < typed.length; count++) await page.keyboard.press('Backspace');
}
