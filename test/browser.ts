// A real browser for tests: the Chromium that npm carries, or the machine's own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { type Browser, chromium } from 'playwright-core';

export type FoundBrowser =
  | { readonly kind: 'browser'; readonly browser: Browser }
  | { readonly kind: 'missing'; readonly reason: string };

/** Starts a browser, or says why there is none: then a test that needs one is skipped, and says so. */
export async function openBrowser(): Promise<FoundBrowser> {
  if (process.env.KERB_SKIP_BROWSER) return { kind: 'missing', reason: 'KERB_SKIP_BROWSER is set' };
  try {
    const executablePath = await findChromium();
    return { kind: 'browser', browser: await chromium.launch({ executablePath, headless: true, args: chromiumFlags }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nkerb: NOT TESTED IN A REAL BROWSER: ${reason}\n\n`);
    return { kind: 'missing', reason };
  }
}

export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** KERB_CHROMIUM, else the one from npm where its libraries are on the machine, else the system's. */
export async function findChromium(): Promise<string> {
  const given = process.env.KERB_CHROMIUM;
  if (given) return given;
  const faults: string[] = [];
  for (const candidate of [await bundledChromium(), '/usr/bin/chromium', '/usr/bin/google-chrome']) {
    if (!candidate || !existsSync(candidate)) continue;
    const tried = spawnSync(candidate, ['--version', '--no-sandbox'], { encoding: 'utf8', timeout: 30_000 });
    if (tried.status === 0) return candidate;
    faults.push(`${candidate}: ${tried.error?.message ?? tried.stderr.trim().split('\n')[0]}`);
  }
  throw new Error(`no Chromium starts (${faults.join('; ') || 'none found'}): set KERB_CHROMIUM to one`);
}

async function bundledChromium(): Promise<string | null> {
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    return await chromium.executablePath();
  } catch {
    return null; // no build for this platform: the system's is tried next
  }
}
