// The journal under faults, in full, with figures: `npm run faults [-- KILLS COPIES SEED]`.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { damageStores } from './damage.ts';
import { killWriters } from './kill.ts';

const [kills = 1_000, copies = 10_000, seed = 20_261_128] = process.argv.slice(2).map(Number);
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-faults-')));
try {
  report('killed writers', await killWriters(path.join(folder, 'kills'), { kills, seed }));
  report('damaged copies', damageStores(path.join(folder, 'copies'), { count: copies, seed }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report(what: string, figures: object): void {
  const seconds = Math.round(performance.now() / 1_000);
  process.stdout.write(
    `${what}: ${Object.entries(figures)
      .map(([name, figure]) => `${name} ${figure}`)
      .join(', ')} (after ${seconds} s, seed ${seed})\n`,
  );
}
