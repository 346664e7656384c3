// `node toolchain.mjs test/bench/wild.ts DIR…`: the share of the CEL in a folder's YAML that compiles here, and every refusal with its
// reason: rules of custom resources (`x-kubernetes-validations`) and the expressions of admission policies.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { compileExpression } from '../../engine/index.ts';

const dyn = { kind: 'dyn' } as const;
const names = [
  'self',
  'oldSelf',
  'object',
  'oldObject',
  'request',
  'params',
  'namespaceObject',
  'authorizer',
  'variables',
];
const variables = Object.fromEntries(names.map((name) => [name, dyn]));
const keys: ReadonlySet<unknown> = new Set(['rule', 'expression', 'messageExpression', 'valueExpression']);

const celHolders: ReadonlySet<unknown> = new Set([
  'x-kubernetes-validations',
  'validations',
  'matchConditions',
  'variables',
  'auditAnnotations',
]);

const expressions = new Map<string, string>();
for (const folder of process.argv.slice(2)) for (const file of yamlFiles(folder)) collect(file);
if (expressions.size === 0) throw new Error('name folders with YAML that has CEL in it');

let compiled = 0;
for (const [source, file] of [...expressions].sort()) {
  const problem = compileExpression(source, { variables }).problems.find(({ severity }) => severity === 'error');
  if (problem === undefined) compiled++;
  else process.stdout.write(`${file}\n  ${source.replace(/\s+/g, ' ')}\n  ${problem.message}\n`);
}
const share = Math.floor((compiled / expressions.size) * 1000) / 10;
process.stdout.write(`${compiled} of ${expressions.size} expressions compile: ${share} %\n`);

function yamlFiles(at: string): readonly string[] {
  if (statSync(at).isFile()) return /\.ya?ml$/.test(at) ? [at] : [];
  return readdirSync(at).flatMap((name) => yamlFiles(path.join(at, name)));
}

/** Texts of rules and of expressions, each once. Charts with templates in them are no YAML, and are left out. */
function collect(file: string): void {
  const text = readFileSync(file, 'utf8');
  if (!/x-kubernetes-validations|AdmissionPolicy/.test(text)) return;
  for (const document of parseAllDocuments(text, { logLevel: 'silent' })) {
    if (document.errors.length === 0) search(document.contents, file, false);
  }
}

function search(node: unknown, file: string, isCel: boolean): void {
  if (isSeq(node)) for (const item of node.items) search(item, file, isCel);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? key.value : null;
    if (isCel && keys.has(name) && isScalar(value) && typeof value.value === 'string')
      expressions.set(value.value, file);
    search(value, file, isCel || celHolders.has(name));
  }
}
