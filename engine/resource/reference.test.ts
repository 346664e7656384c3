/** docs/resources.md says of every kind of resource what its policies see. `UPDATE=1` writes it anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { formatType, type ObjectType, type Type } from '../cel/type.ts';
import { resourceKinds } from './index.ts';

const page = path.resolve(import.meta.dirname, '../../docs/resources.md');

test('docs/resources.md lists every kind with what it is, what its policies see, and every field', () => {
  const wanted = pageOf();
  if (process.env.UPDATE === '1') writeFileSync(page, wanted);
  assert.equal(readFileSync(page, 'utf8'), wanted, 'run with UPDATE=1');
});

function pageOf(): string {
  return `# Resources

What a policy's expressions see, by the kind that it names in \`resource\`: written from the types that the checker knows, so that a field
that is not here is an error with a suggestion. Any field may be missing from a document; [Writing policies](authors.md) says how to read one
that is. \`file\`, \`params\` and \`context\` are there for every kind. What is listed with \`…\` has further fields, of any type.

${resourceKinds.map(kindText).join('\n')}
## Types

${[...objectTypes()].map(typeText).join('\n')}`;
}

function kindText({ kind, description, self, relatives }: (typeof resourceKinds)[number]): string {
  const seen = Object.entries({ self, ...relatives }).map(([name, type]) => `${name}: ${formatType(type)}`);
  return `### ${kind}\n\n${description}\n\n\`\`\`\n${seen.join('\n')}\n\`\`\`\n`;
}

function typeText({ name, fields, additional }: ObjectType): string {
  const lines = Object.entries(fields).map(([field, type]) => `${field}: ${formatType(type)}`);
  return `### ${name}\n\n\`\`\`\n${[...lines, ...(additional === null ? [] : ['…'])].join('\n')}\n\`\`\`\n`;
}

/** Every type with fields that can be reached, each name once, in the order of the alphabet. */
function objectTypes(): readonly ObjectType[] {
  const found = new Map<string, ObjectType>();
  const visit = (type: Type): void => {
    if (type.kind === 'list') visit(type.element);
    if (type.kind === 'map' || type.kind === 'optional') visit(type.value);
    if (type.kind !== 'object' || found.has(type.name)) return;
    found.set(type.name, type);
    for (const field of Object.values(type.fields)) visit(field);
    if (type.additional !== null) visit(type.additional);
  };
  for (const { self, relatives } of resourceKinds) for (const type of [self, ...Object.values(relatives)]) visit(type);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
