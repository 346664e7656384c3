// Somebody at the hub's page, in a browser profile of their own.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { FoundBrowser } from '../browser.ts';

export interface Visit {
  readonly page: Page;
  /** Addresses beside the hub's that were asked for. */
  readonly outside: readonly string[];
  /** Errors and refusals of the browser. */
  readonly complaints: readonly string[];
}

export type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>;

/** Opens an address that signs in; null, and the test skipped, where there is no browser. */
export async function openVisit(
  t: TestContext,
  found: FoundBrowser,
  { address, options = {} }: { readonly address: string; readonly options?: ContextOptions },
): Promise<Visit | null> {
  if (found.kind === 'missing') {
    t.skip(found.reason);
    return null;
  }
  const context = await found.browser.newContext({ locale: 'en-GB', ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const [outside, complaints]: [string[], string[]] = [[], []];
  const { origin } = new URL(address);
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('blob:')) outside.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(address);
  await heading(page, 'Overview');
  return { page, outside, complaints };
}

export function heading(page: Page, name: string): Promise<void> {
  return page.getByRole('heading', { level: 1, name }).waitFor();
}

/** What axe finds wrong, in words. The page must have been opened with `bypassCSP`: axe is not of the hub. */
export async function axe(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate<
    readonly { id: string; nodes: readonly { html: string; failureSummary: string }[] }[]
  >('axe.run().then(({ violations }) => violations)');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}
