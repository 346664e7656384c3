// The extension in a real VS Code. Where the parts cannot be had, the test is skipped and says why; KERB_SKIP_VSCODE=1
// skips it on purpose.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { installParts, type Parts } from './install.ts';
import { usePerson } from './person.ts';
import { runSuite } from './runSuite.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('in a real VS Code', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-vsix-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const vsix = path.join(folder, 'kerb.vsix');
  let prepared: Promise<Prepared> | null = null;
  const prepare = (): Promise<Prepared> => {
    prepared ??= prepareFor(vsix);
    return prepared;
  };

  test('the suite passes in the extension host, with the VSIX installed', async (t) => {
    const ready = await prepare();
    if (ready.kind === 'missing') return t.skip(ready.reason);
    const results = await runSuite({ vsix, parts: ready.parts });
    for (const { name, error } of results) await t.test(`VS Code: ${name}`, () => assert.equal(error, null));
  });

  test('a person sees findings, hovers, fixes and suppresses', async (t) => {
    const ready = await prepare();
    if (ready.kind === 'missing') return t.skip(ready.reason);
    if (ready.parts === null) return t.skip('a desktop VS Code has no page to look at');
    await usePerson(ready.parts, vsix, t);
  });
});

type Prepared =
  | { readonly kind: 'ready'; readonly parts: Parts | null }
  | { readonly kind: 'missing'; readonly reason: string };

/** Finds the parts and packs the extension. What cannot be had is a reason to skip; what cannot be packed is a failure. */
async function prepareFor(vsix: string): Promise<Prepared> {
  const found = await findParts();
  if (found.kind === 'missing') process.stderr.write(`\nkerb: NOT TESTED IN A REAL VS CODE: ${found.reason}\n\n`);
  else pack(vsix);
  return found;
}

async function findParts(): Promise<Prepared> {
  if (process.env.KERB_SKIP_VSCODE) return { kind: 'missing', reason: 'KERB_SKIP_VSCODE is set' };
  if (process.env.KERB_VSCODE) return { kind: 'ready', parts: null };
  try {
    return { kind: 'ready', parts: await installParts() };
  } catch (error) {
    return { kind: 'missing', reason: error instanceof Error ? error.message : String(error) };
  }
}

function pack(vsix: string): void {
  const done = spawnSync(process.execPath, [path.join(root, 'package.ts'), '--out', vsix], { encoding: 'utf8' });
  assert.equal(done.status, 0, `${done.stdout}${done.stderr}`);
}
