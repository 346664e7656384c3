// VS Code's screen: the only file that knows its class names, which are not an interface and may change with a version.
import type { Locator, Page } from 'playwright-core';

/** Opens a file of the folder by name. What Enter would take may be another file until all are found. */
export async function openFile(page: Page, name: string): Promise<void> {
  await fillQuickInput(page, 'Control+p', name);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: name }).waitFor();
}

/** Runs a command of the palette by its whole title. */
export async function command(page: Page, title: string): Promise<void> {
  await fillQuickInput(page, 'F1', `>${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** A window that is just open does not hear its keys yet, and may take the focus away once more: it is asked again. */
async function fillQuickInput(page: Page, key: string, text: string): Promise<void> {
  await page.locator('.monaco-workbench').waitFor();
  const input = page.locator('.quick-input-widget input').first();
  for (let tries = 0; tries < 10; tries++) {
    await page.keyboard.press(key);
    const isFilled = await input.fill(text, { timeout: 3_000 }).then(
      () => true,
      () => false,
    );
    if (isFilled) return;
  }
  await input.fill(text);
}

/** Waits until so many squiggles are in the editor. */
export async function squiggles(page: Page, enough: (count: number) => boolean): Promise<void> {
  const all = page.locator('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning');
  await all.first().waitFor();
  if (!enough(await all.count())) throw new Error(`${await all.count()} squiggles`);
}

/** Types behind a text of the active editor. */
export async function typeBehind(page: Page, text: string, typed: string): Promise<void> {
  await lineWith(page, text).click();
  await page.keyboard.press('End');
  await page.keyboard.type(typed);
}

/** The row of the Problems panel with a message. */
export function problem(page: Page, message: string): Locator {
  return page.locator('.markers-panel .monaco-list-row', { hasText: message }).first();
}

/** Hovers over a word of a line, and answers what is shown. */
export async function hoverText(page: Page, line: string, word: string): Promise<string> {
  await lineWith(page, line).locator('span', { hasText: word }).last().hover();
  // The message is there at once; what the server says of the policy comes after it.
  const box = page.locator('.monaco-hover:visible', { hasText: 'Remedy' }).first();
  await box.waitFor();
  return (await box.textContent()) ?? '';
}

/** Chooses an entry of the lightbulb's menu at the cursor. What is still being drawn may close the menu: then it is opened again. */
export async function quickFix(page: Page, title: string): Promise<void> {
  const entry = page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
  for (let tries = 0; tries < 5 && !(await entry.isVisible()); tries++) {
    await page.keyboard.press('Control+.');
    await entry.waitFor({ timeout: menuMs }).catch(() => undefined);
  }
  await entry.click();
}

const menuMs = 4_000;

/** A lens above a line. */
export function lens(page: Page, title: string): Locator {
  return page.locator('.monaco-editor .codelens-decoration a', { hasText: title }).first();
}

/** A line of the editor; VS Code shows blanks as no-break spaces. */
export function lineWith(page: Page, text: string): Locator {
  return page
    .locator('.monaco-editor .view-line', {
      hasText: new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s')),
    })
    .first();
}
