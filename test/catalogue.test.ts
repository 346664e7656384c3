/** docs/policies.md says what the policies say. `UPDATE=1` writes it anew. */
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { formatCatalogMarkdown } from '../daemon/report/catalogMarkdown.ts';
import { readPolicies } from '../engine/index.ts';

const root = path.resolve(import.meta.dirname, '..');

test('the catalogue is up to date', () => {
  const folder = path.join(root, 'policies');
  const files = globSync('*/**/*.yaml', { cwd: folder }).map((file) => file.split(path.sep).join('/'));
  const { policies } = readPolicies(
    files.map((file) => ({
      path: `policies/${file}`,
      id: file.replace(/\.yaml$/, ''),
      text: readFileSync(path.join(folder, file), 'utf8'),
    })),
  );
  const page = formatCatalogMarkdown(policies.map((policy) => ({ policy, enforcement: policy.enforcement })));
  const place = path.join(root, 'docs', 'policies.md');
  if (process.env.UPDATE === '1') writeFileSync(place, page);
  assert.equal(readFileSync(place, 'utf8'), page, 'UPDATE=1 npm test -- catalogue writes docs/policies.md anew');
});
