// The extension in a real VS Code. Where the parts cannot be had, the test is skipped and says why; KERB_SKIP_VSCODE=1
// skips it on purpose.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { installParts, type Parts } from './install.ts';
import { usePerson } from './person.ts';
import { runSuite } from './runSuite.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('in a real VS Code', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-vsix-'));
  const vsix = path.join(folder, 'kerb.vsix');
  const desktop = process.env.KERB_VSCODE !== undefined;
  let parts: Parts | null = null;
  let missing: string | null = null;

  before(async () => {
    if (process.env.KERB_SKIP_VSCODE) missing = 'KERB_SKIP_VSCODE is set';
    else if (!desktop) {
      try {
        parts = await installParts();
      } catch (error) {
        missing = error instanceof Error ? error.message : String(error);
      }
    }
    if (missing !== null) process.stderr.write(`\nkerb: NOT TESTED IN A REAL VS CODE: ${missing}\n\n`);
    else pack(vsix);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('the suite passes in the extension host, with the VSIX installed', async (t) => {
    if (missing !== null) return t.skip(missing);
    const results = await runSuite({ vsix, parts });
    for (const { name, error } of results) await t.test(`VS Code: ${name}`, () => assert.equal(error, null));
  });

  test('a person sees findings, hovers, fixes and suppresses', async (t) => {
    if (missing !== null) return t.skip(missing);
    if (parts === null) return t.skip('a desktop VS Code has no page to look at');
    await usePerson(parts, vsix, t);
  });
});

function pack(vsix: string): void {
  const done = spawnSync(process.execPath, [path.join(root, 'package.ts'), '--out', vsix], { encoding: 'utf8' });
  assert.equal(done.status, 0, `${done.stdout}${done.stderr}`);
}
