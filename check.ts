// Everything that a reviewer would run: formatting and lint, types of the whole, types of the pure engine and of the page alone.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

const bin = path.join(import.meta.dirname, 'node_modules', '.bin');
const steps: readonly (readonly [string, ...string[]])[] = [
  ['biome', 'check', '--error-on-warnings', ...process.argv.slice(2)],
  ['tsc', '-p', '.'],
  ['tsc', '-p', 'engine'],
  ['tsc', '-p', 'hub/web'],
];
let failed = 0;
for (const [tool, ...args] of steps) {
  const { status } = spawnSync(path.join(bin, tool), args, { cwd: import.meta.dirname, stdio: 'inherit' });
  process.stdout.write(`${status === 0 ? '✓' : '✗'} ${tool} ${args.join(' ')}\n`);
  if (status !== 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);
