/** `kerb check` of a folder as a whole process: wall time, cold each run, and peak memory. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { type Summary, summarise } from './statistics.ts';

export interface CheckTiming {
  readonly command: string;
  readonly wallMs: Summary;
  readonly files: number;
  readonly findings: number;
}

const kerb = path.resolve(import.meta.dirname, '../../bin/kerb');

/** Runs the command `runs` times after one warm-up for the disk cache. Throws when it gives no JSON. */
export async function timeCheck(folder: string, runs: number): Promise<CheckTiming> {
  const samples: number[] = [];
  let report = await checkOnce(folder);
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    report = await checkOnce(folder);
    samples.push(performance.now() - began);
  }
  return { command: 'kerb check --format json', wallMs: summarise(samples), ...report };
}

async function checkOnce(folder: string): Promise<{ files: number; findings: number }> {
  const child = spawn(process.execPath, [kerb, 'check', '--format', 'json', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const report = JSON.parse(Buffer.concat(chunks).toString()) as {
    findings: readonly unknown[];
    files: { checked: number };
  };
  return { files: report.files.checked, findings: report.findings.length };
}
