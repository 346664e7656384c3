/** How many alterations of Kerb's own policies their cases notice, by domain: what `kerb test --mutate` says at its end. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { markdownTable } from './statistics.ts';

const root = path.resolve(import.meta.dirname, '../..');

export function mutationTable(): string {
  const args = [path.join(root, 'bin/kerb'), 'test', path.join(root, 'policies'), '--mutate'];
  const said = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64_000_000 });
  const lines = said.matchAll(
    /^(?: {2}(\w+)|mutation score) +([\d.]+ %) \(mean of (\d+) polic\w+; (\d+) of (\d+) mutants noticed\)$/gm,
  );
  const rows = [...lines].map(([, domain = 'all', score = '', policies = '', noticed = '', mutants = '']) => [
    domain,
    policies,
    mutants,
    noticed,
    score,
  ]);
  return markdownTable(['domain', 'policies', 'alterations', 'noticed', 'score'], rows);
}
