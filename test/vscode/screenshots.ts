// Makes the pictures of the README: a person's few steps in a real VS Code, with the extension as it is packed.
//
//   npm run screenshots, which makes those of the hub's page too
//   node toolchain.mjs test/vscode/screenshots.ts authoring FOLDER: every station of writing a policy, to be looked at
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Page } from 'playwright-core';
import { takeAuthoring } from './authoringPictures.ts';
import { writeWorkspace } from './fixture.ts';
import { startHost } from './host.ts';
import { installParts } from './install.ts';
import { command, hoverText, lineWith, openFile, problem, quickFix, squiggles, typeBehind } from './screen.ts';

const root = path.resolve(import.meta.dirname, '../..');
const [only, into] = process.argv.slice(2);
const images = only === 'authoring' && into !== undefined ? path.resolve(into) : path.join(root, 'docs', 'images');
const viewport = { width: 1280, height: 800 };
/** Menus and hovers fade in. */
const settleMs = 600;

/** Its image comes from the registry that the workspace's policy wants. */
const worker = `apiVersion: v1
kind: Pod
metadata:
  name: worker
spec:
  containers:
    - name: worker
      image: registry.internal/shop/worker:2.3
`;

const folder = mkdtempSync(path.join(tmpdir(), 'kerb-pictures-'));
const vsix = path.join(folder, 'kerb.vsix');
pack();
writeWorkspace(path.join(folder, 'work'));
writeFileSync(path.join(folder, 'work', 'alpha', 'deploy', 'worker.yaml'), worker);
mkdirSync(images, { recursive: true });
const host = await startHost(await installParts(), {
  mode: 'installed',
  settings: {
    'editor.minimap.enabled': false,
    'editor.fontSize': 14,
    'editor.stickyScroll.enabled': false,
    'window.commandCenter': false,
    'debug.internalConsoleOptions': 'neverOpen',
    'testing.automaticallyOpenTestResults': 'neverOpen',
    'window.title': '${activeEditorShort}',
  },
});
try {
  host.install(vsix);
  const page = await host.open(path.join(folder, 'work', 'alpha'), { viewport });
  try {
    if (only !== 'authoring') await takePictures(page);
    await takeAuthoring(page, take);
  } catch (error) {
    await page.screenshot({ path: path.join(tmpdir(), 'kerb-picture-failed.png') });
    throw error;
  }
} finally {
  await host.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function takePictures(page: Page): Promise<void> {
  await openFile(page, 'web.yaml');
  await squiggles(page, (count) => count > 0);
  await command(page, 'Problems: Focus on Problems View');
  await typeBehind(page, 'allowPrivilegeEscalation: false', '\n            privileged: true');
  await problem(page, 'container web runs privileged').waitFor();
  await command(page, 'Kerb: Open the Catalogue');
  await hoverText(page, 'privileged: true', 'true');
  await take(page, 'editor');
  await page.keyboard.press('Escape');
  await lineWith(page, 'privileged: true').click();
  await page.keyboard.press('End');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'Suppress' }).first().waitFor();
  await take(page, 'quick-fix');
  await page.keyboard.press('Escape');
  await quickFix(page, 'Suppress kubernetes/privileged');
  await lineWith(page, 'kerb: allow kubernetes/privileged').waitFor();
  await problem(page, 'container web runs privileged').waitFor({ state: 'detached' });
  await take(page, 'suppression');
  await page.keyboard.press('Escape');
  await command(page, 'Kerb: Search the Catalogue');
  await page.locator('.quick-input-widget input').first().fill('CKV_K8S_16');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'privileged' }).first().waitFor();
  await take(page, 'catalogue');
  await page.keyboard.press('Enter');
  const preview = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  await preview.locator('h1', { hasText: 'Containers must not run privileged' }).waitFor();
  await take(page, 'page');
}

async function take(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(settleMs);
  await page.screenshot({ path: path.join(images, `${name}.png`) });
  process.stdout.write(`docs/images/${name}.png\n`);
}

function pack(): void {
  const done = spawnSync(process.execPath, [path.join(root, 'package.ts'), '--out', vsix], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (done.status !== 0) process.exit(1);
}
