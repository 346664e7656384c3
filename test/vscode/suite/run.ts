// Runs INSIDE the extension host of a real VS Code: `extensionTestsPath` points at the bundle of this file.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import type { SuiteResult } from '../report.ts';
import { authoringCases } from './authoringCases.ts';
import { cases } from './cases.ts';
import { changesCases } from './changesCases.ts';
import { daemonCases } from './daemonCases.ts';
import { exceptionCases } from './exceptionCases.ts';
import { regoCases } from './regoCases.ts';
import { replayCases } from './replayCases.ts';
import { workspaceCases } from './workspaceCases.ts';

const limitMs = 25_000;

/** VS Code calls this; resolving is success. */
export async function run(): Promise<void> {
  const results: SuiteResult[] = [];
  for (const [name, test] of Object.entries({
    ...cases,
    ...workspaceCases,
    ...authoringCases,
    ...daemonCases,
    ...exceptionCases,
    ...replayCases,
    ...changesCases,
    ...regoCases,
  }))
    results.push({ name, error: await outcome(test) });
  const report = process.env.KERB_SUITE_REPORT;
  if (report) writeFileSync(report, JSON.stringify(results));
  const failed = results.filter(({ error }) => error !== null);
  if (failed.length > 0 || results.length === 0) throw new Error(`${failed.length} of ${results.length} failed`);
}

async function outcome(test: () => Promise<void>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([test(), late]);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    clearTimeout(timer);
  }
}
