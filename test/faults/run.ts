// The journal under faults, in full, with figures: `npm run faults [-- KILLS COPIES SEED]`. Works in parts, each with a seed of
// its own, and says after each what it came to.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { killDaemons } from './daemons.ts';
import { damageStores } from './damage.ts';
import { killWriters } from './kill.ts';

const killsAtOnce = 100;
const copiesAtOnce = 1_000;
const [kills = 1_000, copies = 10_000, seed = 20_261_128] = process.argv.slice(2).map(Number);
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-faults-')));

try {
  await inParts('killed writers', kills, killsAtOnce, (part, count) =>
    killWriters(path.join(folder, `kills ${part}`), { kills: count, seed: seed + part }),
  );
  await inParts('killed daemons', kills, killsAtOnce, (part, count) =>
    killDaemons(path.join(folder, `daemons ${part}`), { kills: count, seed: seed + part }),
  );
  await inParts('damaged copies', copies, copiesAtOnce, async (part, count) =>
    damageStores(path.join(folder, `copies ${part}`), { count, seed: seed + part }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

type Figures = Readonly<Record<string, number>>;

async function inParts(
  what: string,
  total: number,
  most: number,
  work: (part: number, count: number) => Promise<object>,
): Promise<void> {
  let sums: Figures = {};
  for (let [part, left] = [0, total]; left > 0; part++, left -= most) {
    const figures = Object.entries((await work(part, Math.min(most, left))) as Figures);
    sums = Object.fromEntries(figures.map(([name, figure]) => [name, (sums[name] ?? 0) + figure]));
    const words = Object.entries(sums).map(([name, sum]) => `${name} ${sum}`);
    process.stdout.write(`${what}: ${words.join(', ')} (${Math.round(performance.now() / 1_000)} s)\n`);
  }
}
