// How long a keystroke in 500 lines of TypeScript takes: parsing, and all code policies. `node test/bench/code.ts [RUNS]`.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { readDocument } from '../../engine/document/index.ts';
import { readPolicies } from '../../engine/index.ts';
import { compilePattern, matchPattern } from '../../engine/rule/pattern.ts';
import { createNative } from '../../repository/native.ts';
import { typescript } from './inputs.ts';

const runs = Number(process.argv[2] ?? 100);
const root = path.resolve(import.meta.dirname, '../..');
const native = createNative();
const files = globSync('policies/code/*.yaml', { cwd: root }).map((file) => ({
  path: file,
  id: file.slice('policies/'.length, -'.yaml'.length),
  text: readFileSync(path.join(root, file), 'utf8'),
}));
const { policies } = readPolicies(files);
const patterns = policies.flatMap(({ id, rule }) =>
  rule.kind === 'pattern' ? [{ id, pattern: compilePattern(rule.patterns).pattern, spent: 0 }] : [],
);

const { text, at, typed } = typescript(500);

const times: Record<'parse' | 'match', number[]> = { parse: [], match: [] };
let hits = 0;
for (let run = 0; run < runs; run++) {
  const edited = `${text.slice(0, at)}${typed.slice(0, run % (typed.length + 1))}${text.slice(at)}`;
  const start = performance.now();
  const document = readDocument({ path: 'parts.ts', text: edited }, native);
  const parsed = performance.now();
  for (const entry of patterns) {
    const before = performance.now();
    hits += matchPattern(entry.pattern, document).length;
    entry.spent += performance.now() - before;
  }
  times.parse.push(parsed - start);
  times.match.push(performance.now() - parsed);
}
const quantile = (numbers: number[], share: number) =>
  numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * share)]!.toFixed(2);
for (const [name, numbers] of Object.entries(times)) {
  process.stdout.write(`${name}: p50 ${quantile(numbers, 0.5)} p95 ${quantile(numbers, 0.95)} ms\n`);
}
process.stdout.write(`${patterns.length} policies, ${hits / runs} findings a run; the slowest:\n`);
for (const { id, spent } of patterns.toSorted((a, b) => b.spent - a.spent).slice(0, 6)) {
  process.stdout.write(`  ${id} ${(spent / runs).toFixed(2)} ms\n`);
}
