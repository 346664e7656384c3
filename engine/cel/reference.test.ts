/** The list of functions in docs/cel.md is the list of functions. `UPDATE=1` writes it anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { formatOverload } from './check/call.ts';
import { builtIn } from './check/declarations.ts';
import { formatType } from './type.ts';

const page = path.resolve(import.meta.dirname, '../../docs/cel.md');
const heading = '## Functions\n';

test('docs/cel.md lists every function with every overload', () => {
  const text = readFileSync(page, 'utf8');
  const at = text.indexOf('```', text.indexOf(heading));
  const before = at === -1 ? text : text.slice(0, at);
  const wanted = `${before}\`\`\`\n${list()}\n\`\`\`\n`;
  if (process.env.UPDATE === '1') writeFileSync(page, wanted);
  assert.equal(readFileSync(page, 'utf8'), wanted, 'run with UPDATE=1');
});

function list(): string {
  return builtIn
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .flatMap((one) =>
      one.overloads.map((overload) => `${formatOverload(one, overload)} → ${formatType(overload.result)}`),
    )
    .join('\n');
}
