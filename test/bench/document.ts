// How long it takes to read a file again after one keystroke: `node test/bench/document.ts [RUNS]`.
import process from 'node:process';
import { createDocumentCache, readDocument } from '../../engine/document/index.ts';
import { createNative } from '../../repository/native.ts';
import { manifests, typescript, workflow } from './inputs.ts';

const runs = Number(process.argv[2] ?? 200);
const native = createNative();

const cases = [manifests(1_000), manifests(20_000), workflow(1_000), workflow(20_000), typescript(500)];

for (const { name, path, text } of cases) {
  const cache = createDocumentCache();
  const began = performance.now();
  readDocument({ path, text }, native, cache);
  const first = performance.now() - began;
  const at = text.indexOf('\n', text.length / 2);
  const typed = '\n            privileged: true';
  const times = { valid: [] as number[], broken: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const length = run % (typed.length + 1);
    const edited = `${text.slice(0, at)}${typed.slice(0, length)}${text.slice(at)}`;
    const start = performance.now();
    const { problems } = readDocument({ path, text: edited }, native, cache);
    times[problems.length > 0 ? 'broken' : 'valid'].push(performance.now() - start);
  }
  process.stdout.write(
    `${name}: first ${first.toFixed(1)} ms; valid ${quantiles(times.valid)}; broken ${quantiles(times.broken)}\n`,
  );
}

function quantiles(times: number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
  return `p50 ${at(0.5)} p95 ${at(0.95)} max ${at(1)} ms (${sorted.length})`;
}
